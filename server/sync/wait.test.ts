import { beforeEach, describe, expect, it } from 'vitest'
import type { UserId } from '../../protocol/ids'
import { limits } from '../../protocol/limits'
import type { UserCaller } from '../handle'
import type { Notice } from './deliver'
import { createWaits, type Waits } from './wait'

const caller = (userId: UserId, sessionId = userId * 10): UserCaller => ({
  ...{ kind: 'user', userId, sessionId, address: '127.0.0.1' },
})
const turn = () => new Promise((resolve) => setImmediate(resolve))

let waits: Waits
let digest: number
let reads: number
let sockets: { sent: string[]; notices: Notice[] }
let timers: { ms: number; run: () => void }[]

beforeEach(() => {
  digest = 1
  reads = 0
  timers = []
  sockets = { sent: [], notices: [] }
  waits = createWaits({
    deliver: {
      isOnline: (user) => user === 9,
      send: (user, text) => void sockets.sent.push(`${user} ${text}`),
      notify: (notice) => void sockets.notices.push(notice),
    },
    digestFor: async () => {
      reads++
      return digest
    },
    after(ms, run) {
      const timer = { ms, run }
      timers.push(timer)
      return () => void timers.splice(timers.indexOf(timer), 1)
    },
  })
})

function wait(who: UserCaller, held = 1, gone = new AbortController()) {
  const call = { answered: false, gone, answer: undefined as unknown }
  const answer = waits.handler.wait({ input: { digest: held }, caller: who, gone: gone.signal })
  void answer.then((value) => Object.assign(call, { answered: true, answer: value }))
  return call
}

describe('[Y14] a waiting call', () => {
  it('is answered at once where the digests differ, and counts as connected only while it waits', async () => {
    const call = wait(caller(1), 7)
    expect(waits.deliver.isOnline(1)).toBe(true)
    await turn()
    expect(call.answer).toEqual({ ok: true, value: { digest: 1 } })
    expect([waits.deliver.isOnline(1), waits.deliver.isOnline(9), timers.length]).toEqual([false, true, 0])
  })
  it('reads again when its user was told something, and only then', async () => {
    const call = wait(caller(1))
    await turn()
    waits.deliver.send(2, 'for another')
    await turn()
    expect([call.answered, reads]).toEqual([false, 1])
    waits.deliver.send(1, 'nothing that moved a head')
    await turn()
    expect([call.answered, reads]).toEqual([false, 2])
    digest = 5
    waits.deliver.send(1, 'a message')
    await turn()
    expect(call.answer).toEqual({ ok: true, value: { digest: 5 } })
    expect(sockets.sent).toHaveLength(3)
  })
  it('misses nothing that is told while it reads', async () => {
    const call = wait(caller(1))
    digest = 5
    waits.deliver.send(1, 'between')
    await turn()
    await turn()
    expect(call.answer).toEqual({ ok: true, value: { digest: 5 } })
  })
  it('ends unchanged after waitMs', async () => {
    const call = wait(caller(1))
    await turn()
    expect(timers).toMatchObject([{ ms: limits.waitMs }])
    timers[0]?.run()
    await turn()
    expect(call.answer).toEqual({ ok: true, value: { digest: 1 } })
    expect(reads).toBe(1)
  })
  it('ends when its caller has left, before it was answered or before it began', async () => {
    const gone = new AbortController()
    const call = wait(caller(1), 1, gone)
    await turn()
    gone.abort()
    const late = wait(caller(1), 1, gone)
    await turn()
    expect([call.answered, late.answered]).toEqual([true, true])
    expect([waits.deliver.isOnline(1), timers.length]).toEqual([false, 0])
  })
  it('[A6] gets unauthenticated when its session ends; other devices go on waiting', async () => {
    const [ended, other] = [wait(caller(1, 10)), wait(caller(1, 11))]
    await turn()
    const data = { reason: 'signedOut', at: 1 }
    waits.deliver.notify({ to: { userId: 1, sessionId: 10 }, event: 'session.ended', data })
    await turn()
    expect(ended.answer).toMatchObject({ ok: false, error: { code: 'unauthenticated' } })
    expect([other.answered, sockets.notices.length]).toEqual([false, 1])
  })
  it('[F11] gets draining when the server stops, as do later ones', async () => {
    const call = wait(caller(1))
    await turn()
    waits.close()
    const late = wait(caller(1))
    await turn()
    for (const { answer } of [call, late])
      expect(answer).toMatchObject({ ok: false, error: { code: 'draining' } })
  })
  it('is one of 20 of its user: one more ends the oldest, unchanged', async () => {
    const calls = Array.from({ length: 21 }, () => wait(caller(1)))
    await turn()
    expect(calls.map(({ answered }) => answered)).toEqual([true, ...Array<boolean>(20).fill(false)])
    expect(calls[0]?.answer).toEqual({ ok: true, value: { digest: 1 } })
  })
  it('is one of 10,000 of a server: more are overloaded, until some have ended', async () => {
    const calls = Array.from({ length: 10_000 }, (_, user) => wait(caller(user + 1)))
    await turn()
    const refused = wait(caller(20_000))
    await turn()
    expect(refused.answer).toMatchObject({ ok: false, error: { code: 'overloaded' } })
    calls[0]?.gone.abort()
    await turn()
    const taken = wait(caller(20_000))
    await turn()
    expect(taken.answered).toBe(false)
  })
})
