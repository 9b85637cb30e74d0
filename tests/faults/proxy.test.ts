/** The proxy breaks connections in the ways it says, and in no other. */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startProxy, type FaultProxy, type Judge } from './proxy'

let echo: Server
let heard: Socket[]
/** What the echo was sent. */
let sent: string
let proxies: FaultProxy[] = []
beforeEach(async () => {
  heard = []
  sent = ''
  echo = createServer((socket) => {
    heard.push(socket.on('error', () => undefined))
    socket.on('data', (chunk) => {
      sent += chunk.toString()
      socket.write(chunk)
    })
  })
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  for (const proxy of proxies) await proxy.close()
  proxies = []
  await new Promise((resolve) => echo.close(resolve))
})

async function open(judge?: () => Judge) {
  const { port } = echo.address() as AddressInfo
  const proxy = await startProxy(judge ? { port, judge } : { port })
  proxies.push(proxy)
  const client = await dial(proxy.port)
  return { proxy, ...client }
}
function dial(port: number) {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  socket.on('data', (chunk) => (text += chunk.toString()))
  const closed = new Promise<string>((resolve) => {
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.name))
    socket.on('close', () => resolve('closed'))
  })
  const client = { socket, closed, said: () => text }
  return new Promise<typeof client>((resolve) => {
    socket.once('connect', () => resolve(client))
    socket.once('close', () => resolve(client))
  })
}
const until = (holds: () => boolean) => expect.poll(holds, { interval: 5, timeout: 5_000 }).toBe(true)
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 100))

it('passes bytes and goodbyes on', async () => {
  const { proxy, socket, said, closed } = await open()
  const bytes = 'x'.repeat(3_000_000)
  socket.write(bytes)
  await until(() => said().length === bytes.length)
  socket.end()
  expect(await closed).toBe('closed')
  await until(() => proxy.count() === 0)
})

it('delays without changing the order', async () => {
  const { proxy, socket, said } = await open()
  proxy.delayMs = 60
  const start = performance.now()
  for (const letter of 'abcdef') socket.write(letter)
  await until(() => said() !== '')
  // There and back.
  expect(performance.now() - start).toBeGreaterThanOrEqual(2 * proxy.delayMs - 2)
  proxy.delayMs = 0
  socket.write('g')
  await until(() => said() === 'abcdefg')
})

it('resets what is open, and what comes while it refuses', async () => {
  const { proxy, closed } = await open()
  proxy.cut()
  expect(await closed).toBe('ECONNRESET')
  proxy.refusing = true
  expect(await (await dial(proxy.port)).closed).toBe('ECONNRESET')
  proxy.refusing = false
  const again = await dial(proxy.port)
  again.socket.write('hello')
  await until(() => again.said() === 'hello')
})

it.each(['client', 'server'] as const)('loses what the %s says, and its goodbye', async (side) => {
  const { proxy, socket, said, closed } = await open()
  socket.write('1')
  await until(() => said() === '1')
  proxy.lose(side)
  if (side === 'client') socket.write('2')
  else for (const server of heard) server.end('2')
  await aWhile()
  expect([said(), socket.readyState]).toEqual(['1', 'open'])
  proxy.heal()
  expect(await closed).toBe('ECONNRESET')
})

it('holds back and lets go', async () => {
  const { proxy, socket, said } = await open()
  proxy.hold('server')
  socket.write('12')
  await aWhile()
  socket.write('3')
  await aWhile()
  expect(said()).toBe('')
  proxy.heal()
  await until(() => said() === '123')
})

it('cuts where its judge says', async () => {
  const { socket, said, closed } = await open(
    () => (side, chunk) => (side === 'server' && chunk.includes('!') ? 'cut' : 'pass'),
  )
  socket.write('fine')
  await until(() => said() === 'fine')
  socket.write('now!')
  expect(await closed).toBe('ECONNRESET')
  expect(said()).toBe('fine')
})

it('loses all from where its judge says, the goodbye too', async () => {
  const { socket, said } = await open(() => (side, chunk) => {
    return side === 'server' && chunk.includes('!') ? 'lose' : 'pass'
  })
  socket.write('fine')
  await until(() => said() === 'fine')
  socket.write('now!')
  await until(() => sent === 'finenow!')
  for (const server of heard) server.end('later')
  await aWhile()
  expect([said(), socket.readyState]).toEqual(['fine', 'open'])
})
