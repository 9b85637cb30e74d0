import { EventEmitter, once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { WebSocketServer, type WebSocket } from 'ws'
import { LeanSocket } from './socket'

let server: WebSocketServer
beforeEach(async () => {
  server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
  await once(server, 'listening')
})
afterEach(() => {
  for (const socket of server.clients) socket.terminate()
  server.close()
})

function open(port: number, from?: string) {
  const heard: string[] = []
  const events = new EventEmitter()
  const ear = {
    opened: () => void events.emit('opened'),
    text: (text: string) => void heard.push(text),
    closed: (why: string) => void events.emit('closed', why),
  }
  const target = { host: '127.0.0.1', port, path: '/x?y=1', ...(from ? { from } : {}) }
  const [opened, closed] = [once(events, 'opened'), once(events, 'closed')]
  return { socket: new LeanSocket(target, ear), heard, opened, closed }
}
const portOf = () => (server.address() as AddressInfo).port
async function accepted(): Promise<WebSocket> {
  const [socket] = (await once(server, 'connection')) as [WebSocket]
  return socket
}

it('says and hears texts of every length', async () => {
  const there = accepted()
  const { socket, heard, opened } = open(portOf(), '127.0.0.7')
  const [peer] = await Promise.all([there, opened])
  const texts = [0, 1, 125, 126, 5_000, 65_535].map((length) => 'x'.repeat(length))
  const said: string[] = []
  peer.on('message', (data: Buffer) => {
    said.push(data.toString())
    peer.send(data.toString())
  })
  for (const text of texts) socket.say(text)
  peer.send('y'.repeat(200_000))
  await expect.poll(() => heard.length).toBe(texts.length + 1)
  expect(said).toEqual(texts)
  expect(heard.map(({ length }) => length).sort((a, b) => a - b)).toEqual([
    0, 1, 125, 126, 5_000, 65_535, 200_000,
  ])
  socket.cut()
})

it('hears frames that come byte by byte, and answers pings', async () => {
  const raw = createServer().listen(0, '127.0.0.1')
  await once(raw, 'listening')
  const { heard, opened } = open((raw.address() as AddressInfo).port)
  const [peer] = (await once(raw, 'connection')) as [Socket]
  const back: Buffer[] = []
  await once(peer, 'data')
  peer.on('data', (data: Buffer) => void back.push(data))
  const frames = Buffer.from('HTTP/1.1 101 Switching Protocols\r\n\r\n\x89\x02hi\x81\x7e\x00\x80', 'latin1')
  for (const byte of Buffer.concat([frames, Buffer.alloc(128, 'z'), Buffer.from('\x81\x01q', 'latin1')])) {
    peer.write(Buffer.from([byte]))
    await new Promise((resolve) => setImmediate(resolve))
  }
  await opened
  await expect.poll(() => heard).toEqual(['z'.repeat(128), 'q'])
  expect(Buffer.concat(back).toString('latin1')).toBe('\x8a\x82\0\0\0\0hi')
  peer.destroy()
  raw.close()
})

it('tells why it ended', async () => {
  const there = accepted()
  const first = open(portOf())
  const peer = await there
  peer.close(4401)
  expect(await first.closed).toEqual(['closed with 4401'])

  const second = open(1)
  expect(String(await second.closed)).toContain('ECONNREFUSED')
})
