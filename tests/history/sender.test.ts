import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { decodeUp, encode, type Down } from '../../protocol/wire'
import { History } from '.'
import { Sender } from './sender'

const afterMs = 300
const history = new History()
const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
afterEach(() => {
  history.remove()
  server.close()
})

it('[W8] a sender comes back when it was asked to, not before, also when it was not even welcomed', async () => {
  const bye: Down = { t: 'bye', error: { code: 'draining' }, afterMs }
  const welcome = { t: 'welcome', v: 1, userId: 1, now: 1, features: [] } as unknown as Down
  const helloAt: number[] = []
  server.on('connection', (socket) => {
    const say = (frame: Down) => socket.send(encode(frame))
    socket.on('message', (data: Buffer) => {
      const frame = decodeUp(data.toString())
      if (frame?.t === 'hello') {
        helloAt.push(performance.now())
        if (helloAt.length !== 2) say(welcome)
        if (helloAt.length === 3) return
        setTimeout(() => {
          say(bye)
          socket.close()
        }, 10)
      }
      if (frame?.t === 'req' && helloAt.length === 3)
        say({ t: 'res', id: frame.id, ok: true, out: { seq: 1, at: 1 } })
    })
  })
  const { port } = server.address() as AddressInfo
  const sender = new Sender(() => `http://127.0.0.1:${port}`, 'token', 1, 2, history, 1)
  sender.start()
  await expect.poll(() => history.acks, { timeout: 5_000 }).toBeGreaterThan(0)
  await sender.abandon()
  const waits = helloAt.slice(1).map((at, n) => at - (helloAt[n] ?? 0))
  expect(waits).toHaveLength(2)
  for (const wait of waits) expect(wait).toBeGreaterThan(afterMs - 20)
})
