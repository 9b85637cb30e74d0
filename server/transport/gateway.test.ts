/** Deadlines, bounds and the end of sockets, on wires that a test holds in its hand and a clock that it moves. */
import { beforeEach, describe, expect, it } from 'vitest'
import { limits } from '../../protocol/limits'
import { closeCodes, decodeDown, encode, type Down, type Up } from '../../protocol/wire'
import { queuedBytesMax, queuedFramesMax, type Wire } from './connection'
import { createGateway, type Ear, type Gateway, type GatewayOptions } from './gateway'
import { Registry } from './registry'

class FakeWire implements Wire {
  bufferedAmount = 0
  stuck = false
  readonly messages: string[] = []
  closedWith: number | undefined
  terminated = false
  send(text: string): void {
    this.messages.push(text)
    if (this.stuck) this.bufferedAmount += Buffer.byteLength(text)
  }
  pause(): void {}
  resume(): void {}
  close(code: number): void {
    this.closedWith ??= code
  }
  terminate(): void {
    this.terminated = true
  }
  get frames(): Down[] {
    return this.messages.flatMap(decodeDown)
  }
}

let at = 0
let registry: Registry
let gateway: Gateway
let answers: (() => void)[]
const digest = 42
let busy = false
let pulse: () => Promise<number>
const turn = () => new Promise((resolve) => setImmediate(resolve))

beforeEach(() => {
  at = 1_000
  busy = false
  pulse = async () => digest
  answers = []
  registry = new Registry()
  gateway = createGateway(options())
})

const options = (): GatewayOptions => ({
  app: {
    authenticate: async (token) => (token === 'wrong' ? undefined : { userId: Number(token), sessionId: 9 }),
    pulse: () => pulse(),
    isBusy: () => busy,
    turnsAway: (op) =>
      busy && op === 'chat.sendMessage' ? { code: 'overloaded', data: { retryAfterMs: 1_500 } } : undefined,
    dispatch: ({ op }) =>
      op === 'slow'
        ? new Promise((resolve) => answers.push(() => resolve({ ok: true, value: {} })))
        : Promise.resolve({ ok: true, value: op === 'huge' ? 'x'.repeat(limits.frameOutBytesMax) : {} }),
  },
  registry,
  now: () => at,
  unit: () => 0.5,
  log: { warn: () => undefined, error: () => undefined },
  socketsPerAddress: 40,
})

function open(address = '1.1.1.1'): { wire: FakeWire; ear: Ear; say(frame: Up): void } {
  const wire = new FakeWire()
  const ear = gateway.accept(wire, address)
  return { wire, ear, say: (frame) => ear.text(encode(frame)) }
}
async function live(userId = 1, address?: string) {
  const phone = open(address)
  phone.say({ t: 'hello', v: 1, token: String(userId), features: [] })
  await turn()
  await turn()
  expect(phone.wire.frames).toMatchObject([{ t: 'welcome', userId }])
  phone.wire.messages.length = 0
  return phone
}

describe('hello', () => {
  it('[W2] a socket without a hello is closed at the deadline, not before', () => {
    const { wire } = open()
    at += limits.helloDeadlineMs - 1
    gateway.sweep()
    expect(wire.closedWith).toBeUndefined()
    at += 1
    gateway.sweep()
    expect(wire.closedWith).toBe(closeCodes.unauthenticated)
  })
  it('[Y8] hears from the welcome on, before it asks for anything', async () => {
    const { wire, say } = open()
    say({ t: 'hello', v: 1, token: '1', features: [] })
    registry.send(1, encode({ t: 'pong', digest: 1 }))
    for (let n = 0; n < 100 && !registry.isOnline(1); n++) await Promise.resolve()
    registry.send(1, encode({ t: 'pong', digest: 2 }))
    await turn()
    expect(wire.frames).toMatchObject([{ t: 'welcome' }, { t: 'pong', digest: 2 }])
  })
  it('[W2] a request before the hello closes the socket and is not run', async () => {
    const { wire, say } = open()
    say({ t: 'req', id: 1, op: 'slow', in: {} })
    await turn()
    expect(wire.closedWith).toBe(closeCodes.unauthenticated)
    expect(answers).toEqual([])
  })
  it('[W1] a hello longer than any token, and a second hello, close the socket', async () => {
    const long = open()
    long.say({ t: 'hello', v: 1, token: 'x'.repeat(5_000), features: [] })
    expect(long.wire.closedWith).toBe(closeCodes.badFrame)
    const twice = await live()
    twice.say({ t: 'hello', v: 1, token: '1', features: [] })
    await turn()
    expect(twice.wire.closedWith).toBe(closeCodes.badFrame)
  })
  it('a user has at most 20 sockets: the most silent one makes room', async () => {
    const phones = []
    for (let n = 0; n < 20; n++) phones.push(await live())
    at += 1_000
    for (const [n, { say }] of phones.entries()) if (n !== 7) say({ t: 'ping' })
    const last = await live()
    expect(phones.map(({ wire }) => wire.closedWith).filter(Boolean)).toEqual([closeCodes.resync])
    expect(phones[7]?.wire.closedWith).toBe(closeCodes.resync)
    expect(last.wire.closedWith).toBeUndefined()
    expect(registry.of(1).size).toBe(20)
  })
  it('one address may not open more than its share, greeted or not, and gets it back', async () => {
    const waiting = Array.from({ length: 10 }, () => open('2.2.2.2'))
    expect(gateway.admits('2.2.2.2')).toBe(false)
    expect(gateway.admits('3.3.3.3')).toBe(true)
    waiting[0]?.ear.closed()
    expect(gateway.admits('2.2.2.2')).toBe(true)
    for (let user = 1; user <= 40; user++) await live(user, '4.4.4.4')
    expect(gateway.admits('4.4.4.4')).toBe(false)
  })
})

describe('frames in', () => {
  it.each([
    ['a binary message', (ear: Ear) => ear.binary()],
    ['text that is not JSON', (ear: Ear) => ear.text('{')],
    ['an array', (ear: Ear) => ear.text('[{"t":"ping"}]')],
    ['an unknown type', (ear: Ear) => ear.text('{"t":"shout"}')],
    [
      'an input too deep',
      (ear: Ear) => ear.text(`{"t":"req","id":1,"op":"x","in":${'['.repeat(17)}${']'.repeat(17)}}`),
    ],
    [
      'an input with too many keys',
      (ear: Ear) =>
        ear.text(
          encode({
            t: 'req',
            id: 1,
            op: 'x',
            in: Object.fromEntries(Array.from({ length: 513 }, (_, n) => [n, 0])),
          }),
        ),
    ],
  ])('[W1] %s closes the socket with 4400', async (_name, say) => {
    const { wire, ear } = await live()
    say(ear)
    expect(wire.closedWith).toBe(closeCodes.badFrame)
  })
  it('[W4] every request gets one answer with its id, and at most 64 wait', async () => {
    const { wire, say } = await live()
    for (let id = 1; id <= 70; id++) say({ t: 'req', id, op: 'slow', in: {} })
    await turn()
    expect(wire.frames).toHaveLength(6)
    expect(wire.frames).toMatchObject(
      Array(6).fill({ t: 'res', ok: false, error: { code: 'tooManyRequests' } }),
    )
    for (const answer of answers.reverse()) answer()
    await turn()
    await turn()
    const ids = wire.frames.map((frame) => (frame.t === 'res' ? frame.id : 0)).sort((a, b) => a - b)
    expect(ids).toEqual(Array.from({ length: 70 }, (_, n) => n + 1))
  })
  it('frames above the rate are refused, a flood is cut off, and others are not touched', async () => {
    const other = await live(2)
    const slower = await live(3)
    for (let id = 1; id <= 510; id++) {
      slower.say({ t: 'req', id, op: 'x', in: {} })
      if (id % 50 === 0) await turn()
    }
    await turn()
    const refused = slower.wire.frames.filter((frame) => frame.t === 'res' && !frame.ok)
    expect(refused).toMatchObject(Array(10).fill({ error: { code: 'tooManyRequests' } }))
    for (let n = 0; n < 2_500; n++) slower.say({ t: 'ping' })
    for (let rounds = 0; rounds < 6; rounds++) await turn()
    expect(slower.wire.closedWith).toBe(closeCodes.resync)
    other.say({ t: 'req', id: 1, op: 'x', in: {} })
    await turn()
    await turn()
    expect(other.wire.frames).toMatchObject([{ t: 'res', ok: true }])
  })
})

describe('a loaded server', () => {
  it('[L2] turns requests away without looking at their input, and hears the others', async () => {
    const phone = await live()
    busy = true
    expect(phone.ear.refuses('{"t":"req","id":7,"op":"chat.sendMessage","in":{"wh', 500)).toBe(true)
    expect(phone.ear.refuses('{"t":"req","id":8,"op":"accounts.signOut","in":{}}', 50)).toBe(false)
    phone.say({ t: 'req', id: 9, op: 'accounts.signOut', in: {} })
    phone.say({ t: 'ping' })
    await expect.poll(() => phone.wire.frames.length).toBe(3)
    const error = { code: 'overloaded', data: { retryAfterMs: 1_500 } }
    expect(phone.wire.frames).toEqual([
      { t: 'res', id: 7, ok: false, error },
      { t: 'res', id: 9, ok: true, out: {} },
      { t: 'pong', digest },
    ])
  })
  it('[L2] a socket that has not said hello is heard', async () => {
    const phone = open()
    busy = true
    expect(phone.ear.refuses('{"t":"req","id":7,"op":"chat.sendMessage","in":{}}', 50)).toBe(false)
    phone.say({ t: 'hello', v: 1, token: '1', features: [] })
    await expect.poll(() => phone.wire.frames).toMatchObject([{ t: 'welcome', userId: 1 }])
  })
  it('[L4] pings that get no answer wait in bounded number', async () => {
    const phone = await live()
    let asked = 0
    pulse = () => new Promise(() => (asked += 1))
    for (let n = 0; n < 100; n++) phone.say({ t: 'ping' })
    expect(asked).toBe(64)
  })
  it('[L4] of all addresses together 2,000 sockets may be open without a hello', () => {
    const ears = Array.from({ length: 2_000 }, (_, n) => open(`10.0.${n >> 8}.${n & 255}`).ear)
    expect(gateway.busyMs()).toBeGreaterThan(0)
    ears[0]?.closed()
    expect(gateway.busyMs()).toBe(0)
  })
  it('[L1] [L2] a loaded server says when a new socket may be asked for', () => {
    expect(createGateway({ ...options(), turnsAwayMs: () => 1_200 }).busyMs()).toBe(1_200)
  })
})

describe('frames out', () => {
  it('[W1] [W7] what one turn of the loop makes goes out as one message', async () => {
    const { wire } = await live()
    for (let n = 0; n < 5; n++) registry.send(1, encode({ t: 'pong', digest: n }))
    expect(wire.messages).toEqual([])
    await turn()
    expect(wire.messages).toHaveLength(1)
    expect(wire.frames.map((frame) => (frame.t === 'pong' ? frame.digest : -1))).toEqual([0, 1, 2, 3, 4])
  })
  it('[W5] more than 256 KiB leave as several messages, cut between frames, in order', async () => {
    const { wire } = await live()
    const sent = Array.from({ length: 20 }, (_, n) =>
      encode({ t: 'ev', ev: `e${n}`, data: '汉'.repeat(12_000) }),
    )
    for (const text of sent) registry.send(1, text)
    await turn()
    expect(wire.messages.length).toBeGreaterThan(1)
    for (const message of wire.messages)
      expect(Buffer.byteLength(message)).toBeLessThanOrEqual(limits.frameOutBytesMax)
    expect(wire.frames.map((frame) => encode(frame))).toEqual(sent)
  })
  it('[W5] an answer that no message can hold is a bug and is told as one', async () => {
    const { wire, say } = await live()
    say({ t: 'req', id: 1, op: 'huge', in: {} })
    await turn()
    await turn()
    expect(wire.frames).toEqual([{ t: 'res', id: 1, ok: false, error: { code: 'internal' } }])
  })
  it('[W7] while the network takes nothing at most 256 frames wait; the next ends the socket with 4408', async () => {
    const { wire } = await live()
    wire.stuck = true
    const frame = encode({ t: 'ev', ev: 'x', data: 'x'.repeat(1_000) })
    for (let n = 0; n < 100; n++) registry.send(1, frame)
    await turn()
    expect(wire.messages).toHaveLength(1)
    for (let n = 0; n < queuedFramesMax; n++) registry.send(1, frame)
    await turn()
    expect(wire.messages).toHaveLength(1)
    expect(wire.closedWith).toBeUndefined()
    registry.send(1, frame)
    expect(wire.closedWith).toBe(closeCodes.resync)
    expect(wire.frames.at(-1)).toMatchObject({ t: 'bye', error: { code: 'overloaded' } })
    expect(wire.frames).toHaveLength(101)
  })
  it('[W7] a phone that takes what it is told gets any number of frames of one turn', async () => {
    const { wire } = await live()
    for (let n = 0; n < 3 * queuedFramesMax + 1; n++) registry.send(1, encode({ t: 'pong', digest: n }))
    await turn()
    expect(wire.frames.map((frame) => (frame.t === 'pong' ? frame.digest : -1))).toEqual(
      Array.from({ length: 3 * queuedFramesMax + 1 }, (_, n) => n),
    )
    expect(wire.closedWith).toBeUndefined()
  })
  it('[W7] at most 1 MiB waits, with what the network holds; the socket is cut when it does not close', async () => {
    const { wire } = await live()
    wire.stuck = true
    const frame = encode({ t: 'ev', ev: 'x', data: 'x'.repeat(100_000) })
    for (let n = 0; n < 30; n++) {
      registry.send(1, frame)
      await turn()
      expect(wire.bufferedAmount).toBeLessThanOrEqual(queuedBytesMax)
    }
    expect(wire.closedWith).toBe(closeCodes.resync)
    gateway.sweep()
    expect(wire.terminated).toBe(false)
    at += 2_000
    gateway.sweep()
    expect(wire.terminated).toBe(true)
  })
  it('[W7] what waited goes out in order when the network takes it again', async () => {
    const { wire, ear } = await live()
    wire.stuck = true
    const sent = Array.from({ length: 90 }, (_, n) =>
      encode({ t: 'ev', ev: `e${n}`, data: 'x'.repeat(1_000) }),
    )
    for (const text of sent.slice(0, 70)) registry.send(1, text)
    await turn()
    for (const text of sent.slice(70)) registry.send(1, text)
    await turn()
    expect(wire.frames).toHaveLength(70)
    wire.stuck = false
    wire.bufferedAmount = 0
    ear.drained()
    await turn()
    expect(wire.frames.map((frame) => encode(frame))).toEqual(sent)
  })
})

describe('the end', () => {
  it('[W6] a ping is answered with the digest behind earlier frames; three silent intervals cut the socket', async () => {
    const { wire, say } = await live()
    registry.send(1, encode({ t: 'ev', ev: 'x', data: 1 }))
    say({ t: 'ping' })
    await turn()
    expect(wire.frames).toEqual([
      { t: 'ev', ev: 'x', data: 1 },
      { t: 'pong', digest },
    ])
    at += 3 * limits.pingEveryMs
    gateway.sweep()
    expect(wire.terminated).toBe(false)
    at += 1
    gateway.sweep()
    expect(wire.terminated).toBe(true)
  })
  it('[A6] the end of a session is told to its sockets, which close with 4401; other devices stay', async () => {
    const { wire } = await live()
    const data = { reason: 'signedOut', at: 5 }
    registry.notify({ to: { userId: 1, sessionId: 8 }, event: 'session.ended', data })
    expect(wire.closedWith).toBeUndefined()
    registry.notify({ to: { userId: 1, sessionId: 9 }, event: 'session.ended', data })
    expect(wire.frames).toEqual([{ t: 'ev', ev: 'session.ended', data }])
    expect(wire.closedWith).toBe(closeCodes.unauthenticated)
  })
  it('[W8] draining sends everybody home with a time to come back, also those who come later', async () => {
    const { wire } = await live()
    gateway.drain(2_000)
    const late = open()
    for (const { frames, closedWith } of [wire, late.wire]) {
      expect(frames).toEqual([{ t: 'bye', error: { code: 'draining' }, afterMs: 1_000 }])
      expect(closedWith).toBe(closeCodes.draining)
    }
  })
  it('[W12] [F11] leaving goes by shares; a socket goes when its calls are answered, later ones get draining', async () => {
    const phones = [await live(1), await live(2), await live(3), await live(4)]
    const [busy] = phones
    busy?.say({ t: 'req', id: 1, op: 'slow', in: {} })
    gateway.leave(0.5, 2_000)
    busy?.say({ t: 'req', id: 2, op: 'x', in: {} })
    gateway.leave(0, 2_000)
    const closed = () => phones.map(({ wire }) => wire.closedWith)
    expect(closed()).toEqual([undefined, closeCodes.draining, undefined, undefined])
    answers[0]?.()
    await turn()
    gateway.leave(0, 2_000)
    expect(busy?.wire.frames).toMatchObject([
      { t: 'res', id: 2, ok: false, error: { code: 'draining' } },
      { t: 'res', id: 1, ok: true },
      { t: 'bye', error: { code: 'draining' }, afterMs: 1_000 },
    ])
    phones[2]?.say({ t: 'req', id: 1, op: 'x', in: {} })
    await turn()
    await turn()
    expect(phones[2]?.wire.frames).toMatchObject([{ t: 'res', ok: true }])
    expect(open().wire.closedWith).toBe(closeCodes.draining)
    gateway.leave(1, 2_000)
    gateway.leave(1, 2_000)
    expect(closed()).toEqual(Array(4).fill(closeCodes.draining))
  })
  it('a closed socket is forgotten', async () => {
    const { ear } = await live()
    expect(registry.isOnline(1)).toBe(true)
    ear.closed()
    expect(registry.isOnline(1)).toBe(false)
    expect(gateway.count()).toBe(0)
  })
})
