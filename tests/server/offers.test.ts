/** Requests that offer to go on in another protocol, byte by byte (W15). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { handshake, head, openDoor, type Door } from './lines'

let door: Door
beforeAll(async () => void (door = await openDoor()))
afterAll(() => door.close())

const h2c = { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': 'AAMAAABkAAQAAP__' }
const json = (body: string) => ({ 'Content-Type': 'application/json', 'Content-Length': String(body.length) })
const body = '{"a":1}'

describe('an offer of another protocol', () => {
  it.each([
    ['h2c', h2c],
    ['an unknown one', { Connection: 'upgrade', Upgrade: 'carrier-pigeon/2' }],
    ['several', { Connection: 'Upgrade', Upgrade: 'h2c, TLS/1.3' }],
    ['websockets, which is none', { Connection: 'Upgrade', Upgrade: 'websockets' }],
    ['a WebSocket without its key', { Connection: 'Upgrade', Upgrade: 'h2c, websocket' }],
  ])('[W15] %s is ignored, and the request answered', async (_name, offer) => {
    for (const [first, status] of [
      ['GET /healthz', 200],
      ['HEAD /healthz', 200],
      ['GET /', 503],
      ['GET /nothing', 404],
      ['GET /api/sync.heads', 200],
      ['DELETE /api/sync.heads', 405],
    ] as const) {
      const answer = await door.dial(head(first, offer)).closed
      expect([first, answer.split('\r\n')[0]?.split(' ')[1]]).toEqual([first, String(status)])
      expect(answer).toMatch(/^connection: close\r$/im)
    }
  })
  it('[W15] a body is read, whole, in parts or in chunks', async () => {
    const whole = door.dial(head('POST /api/chat.sendMessage', { ...h2c, ...json(body) }, body))
    const parts = door.dial(head('POST /api/chat.sendMessage', { ...h2c, ...json(body) }, body.slice(0, 3)))
    const chunked = { ...h2c, 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' }
    const chunks = door.dial(head('POST /api/chat.sendMessage', chunked, '3\r\n{"a\r\n'))
    expect(await whole.closed).toMatch(/ 200 [^]*\{"a":1\}$/)
    parts.line.write(body.slice(3))
    chunks.line.write('4\r\n":1}\r\n0\r\n\r\n')
    for (const { closed } of [parts, chunks]) expect(await closed).toMatch(/ 200 [^]*\{"a":1\}$/)
  })
  it('[W15] what may follow is not left without an answer: the line closes behind the first', async () => {
    const two = door.dial(head('GET /healthz', h2c) + head('GET /readyz', h2c))
    expect((await two.closed).match(/HTTP\/1.1 200/g)).toHaveLength(1)
  })
  it('[W15] a preflight and an old HTTP/1.0 are answered too', async () => {
    const preflight = { Origin: 'http://x', 'Access-Control-Request-Method': 'POST', ...h2c }
    expect(await door.dial(head('OPTIONS /api/sync.heads', preflight)).closed).toContain(' 204 ')
    const old = head('GET /healthz', h2c).replace('HTTP/1.1', 'HTTP/1.0')
    expect(await door.dial(old).closed).toContain(' 200 ')
    const socket = head('GET /ws', handshake).replace('HTTP/1.1', 'HTTP/1.0')
    expect(await door.dial(socket).closed).toContain(' 404 ')
  })
  it('[W15] requests without an offer keep their line', async () => {
    const kept = door.dial(head('GET /healthz') + head('GET /healthz', { Upgrade: 'h2c' }))
    await expect.poll(() => kept.heard().match(/HTTP\/1.1 200/g)).toHaveLength(2)
    kept.line.write(head('GET /healthz', h2c))
    expect((await kept.closed).match(/HTTP\/1.1 200/g)).toHaveLength(3)
  })
})

describe('an offer of a WebSocket', () => {
  it.each(['websocket', 'WebSocket', 'WEBSOCKET', 'h2c, websocket', 'websocket,h2c', ' WebSocket , h2c'])(
    '[W15] is taken as %j',
    async (name) => {
      const { heard, line } = door.dial(head('GET /ws?x=1', { ...handshake, Upgrade: name }))
      await expect.poll(heard).toContain('HTTP/1.1 101 ')
      line.destroy()
    },
  )
  it('[W15] is refused where no sockets live, and where it is no handshake', async () => {
    expect(await door.dial(head('GET /other', handshake)).closed).toContain(' 404 ')
    const { 'Sec-WebSocket-Key': _key, ...bare } = handshake
    expect(await door.dial(head('GET /ws', bare)).closed).toContain(' 400 ')
    expect(await door.dial(head('POST /ws', { ...handshake, 'Content-Length': '0' })).closed).toContain(
      ' 404 ',
    )
  })
})
