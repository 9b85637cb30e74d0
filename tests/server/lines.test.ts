/** Connections that are no sockets, counted on a real server by what it has open (L8, L10). */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { handshake, head, openDoor, type Dialled, type Door } from './lines'

let door: Door
afterEach(() => door.close())

const many = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n))
const opened = (count: number) => expect.poll(() => door.open()).toBe(count)
const answered = ({ heard }: Dialled) => expect.poll(heard).toContain(' 200 ')
const half = 'GET /healthz HTTP/1.1\r\nHost: x\r\nX-'
const slowBody = head('POST /api/x', { 'Content-Type': 'application/json', 'Content-Length': '100' }, '{')

describe('a refused upgrade', () => {
  it.each([
    ['404', 'GET /other', handshake, {}],
    ['400', 'GET /ws', { ...handshake, 'Sec-WebSocket-Version': '7' }, {}],
    ['403', 'GET /ws', { ...handshake, Origin: 'https://evil.example' }, {}],
    ['429', 'GET /ws', handshake, { socketsPerAddress: 0 }],
    ['503', 'GET /ws', handshake, { socketsMax: 0 }],
  ])(
    '[L8] (%s) gives its connection back, although the caller holds it',
    async (status, first, headers, bounds) => {
      door = await openDoor(bounds)
      const callers = many(60, () => door.dial(head(first, headers)))
      for (const { closed } of callers) expect(await closed).toContain(`HTTP/1.1 ${status} `)
      await opened(0)
    },
  )
})

describe('connections', () => {
  it('[L8] of one address are at most half of all; one more takes the place of its oldest', async () => {
    door = await openDoor({ connectionsMax: 20 })
    const silent = many(100, () => door.dial())
    await Promise.all(silent.slice(0, 90).map(({ closed }) => closed))
    await opened(10)
    await answered(door.dial(head('GET /healthz')))
    await answered(door.dial(head('GET /healthz'), '127.0.0.2'))
    expect(await door.open()).toBe(11)
  })
  it.each([
    ['silent', ''],
    ['of half a head', half],
    ['of half a body', slowBody],
  ])('[L8] %s fill no server: who holds the most gives way to others', async (_name, bytes) => {
    door = await openDoor({ connectionsMax: 20 })
    const crowd = ['127.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.4']
    for (const from of crowd) await Promise.all(many(20, () => connected(door.dial(bytes, from))))
    await opened(20)
    const phones = many(4, (n) => door.dial(head('GET /healthz'), `127.0.0.${10 + n}`))
    for (const phone of phones) await answered(phone)
    await Promise.all(many(60, (n) => connected(door.dial(bytes, crowd[n % 4]))))
    expect(phones.every(({ isOpen }) => isOpen())).toBe(true)
    expect(await door.open()).toBe(20)
  })
  it('[L8] of a network that has many addresses leave room for other networks', async () => {
    door = await openDoor({ connectionsMax: 20 })
    await Promise.all(many(200, (n) => connected(door.dial('', `127.0.7.${n + 1}`))))
    await opened(20)
    const phones = many(5, (n) => door.dial(head('GET /healthz'), `127.0.${20 + n}.1`))
    for (const phone of phones) await answered(phone)
    await Promise.all(many(200, (n) => connected(door.dial('', `127.0.7.${n + 1}`))))
    expect(phones.every(({ isOpen }) => isOpen())).toBe(true)
  })
  it('[L8] that are being answered stay; one too many of their address is refused', async () => {
    let answer = (): void => undefined
    let asked = 0
    const held = new Promise<void>((resolve) => (answer = resolve))
    const app = {
      authenticate: async () => undefined,
      turnsAway: () => undefined,
      dispatch: async () => {
        asked += 1
        await held
        return { ok: true as const, value: 1 }
      },
    }
    door = await openDoor({ connectionsMax: 20, app })
    const calls = many(10, () => door.dial(head('GET /api/sync.heads')))
    await expect.poll(() => asked).toBe(10)
    for (let n = 0; n < 5; n++) expect(await door.dial(head('GET /healthz')).closed).toBe('')
    answer()
    for (const call of calls) await answered(call)
    await answered(door.dial(head('GET /healthz')))
  })
  it('[L8] through a trusted proxy count for the caller while his call lasts', async () => {
    door = await openDoor({ connectionsMax: 20, trustProxy: 1 })
    const from = (address: string) => ({ 'X-Forwarded-For': `${address}:4000` })
    const slow = (address: string) =>
      door.dial(slowBody.replace('Host: x', `Host: x\r\nX-Forwarded-For: ${address}`))
    for (let n = 0; n < 50; n++) await connected(slow('203.0.113.7'))
    await opened(10)
    const kept = many(8, (n) => door.dial(head('GET /healthz', from(`203.0.113.${n + 10}`))))
    for (const phone of kept) await answered(phone)
    const others = many(8, (n) => door.dial(head('GET /healthz', from(`198.51.100.${n}`))))
    for (const phone of others) await answered(phone)
    expect(await door.open()).toBe(20)
  })
})

describe('calls for files', () => {
  it('[L8] are bounded: the longest of the address with the most makes room', async () => {
    const clientDir = mkdtempSync(path.join(tmpdir(), 'tokenim-files-'))
    for (const [name, size] of [
      ['index.html', 1],
      ['large.bin', 30_000_000],
    ] as const)
      writeFileSync(path.join(clientDir, name), 'x'.repeat(size))
    door = await openDoor({ clientDir, filesMax: 10 })
    const slow = many(30, () => door.dial(head('GET /large.bin')))
    for (const { line } of slow) line.pause()
    await opened(10)
    await answered(door.dial(head('GET /index.html'), '127.0.0.2'))
    await answered(door.dial(head('GET /api/sync.heads')))
    for (let n = 0; n < 20; n++) await answered(door.dial(head('GET /index.html'), '127.0.0.2'))
    expect(await door.open()).toBeGreaterThan(9)
    rmSync(clientDir, { recursive: true })
  })
})

describe('deadlines', () => {
  const short = { head: 100, request: 300, kept: 100, silence: 30_000, check: 20 }

  it.each([
    ['no head', '', ''],
    ['half a head', half, '408'],
    ['a second head that never ends', head('GET /healthz') + half, '200'],
    ['half a body', slowBody, '408'],
    ['half a body behind its answer', head('GET /healthz', { 'Content-Length': '100' }, '{'), '200'],
    ['nothing after its answer', head('GET /healthz'), '200'],
    ['no HTTP', 'hello?\r\n\r\n', '400'],
    ['a tunnel', head('CONNECT x:1'), ''],
  ])('[L10] end a connection with %s', async (_name, bytes, status) => {
    door = await openDoor({ deadlines: short })
    const callers = many(5, () => door.dial(bytes))
    for (const { closed } of callers) expect(await closed).toContain(status)
    await opened(0)
  })
  it('[L10] end a connection whose caller does not read', async () => {
    const app = {
      authenticate: async () => undefined,
      turnsAway: () => undefined,
      dispatch: async () => ({ ok: true as const, value: 'x'.repeat(30_000_000) }),
    }
    door = await openDoor({ app, deadlines: { silence: 200 } })
    const reader = door.dial(head('GET /api/sync.heads'))
    reader.line.pause()
    await opened(1)
    await opened(0)
  })
  it('[L10] leave a WebSocket alone', async () => {
    door = await openDoor({ deadlines: { ...short, silence: 100 } })
    const socket = door.dial(head('GET /ws', handshake))
    await expect.poll(socket.heard).toContain(' 101 ')
    // Later lines meet all their deadlines while it waits.
    for (let n = 0; n < 3; n++) await door.dial(half).closed
    expect(socket.isOpen()).toBe(true)
    expect(await door.open()).toBe(1)
  })
})

/** Resolves when the server has taken the line and its bytes, or closed it. */
async function connected({ line, closed }: Dialled): Promise<void> {
  const there = new Promise((resolve) => line.once('connect', () => setImmediate(resolve)))
  await Promise.race([there, closed])
}
