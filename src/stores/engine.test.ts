import { effectScope } from 'vue'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Result } from '../../protocol/errors'
import type { Engine, Intent, Topic } from '../engine/face'
import { ask, call, provideEngine, viewOf } from './engine'

/** An engine that keeps what it was told, and answers when the test says so. */
function listeningEngine() {
  const told: Intent[] = []
  let settled: (ticket: number, result: Result<unknown>) => void = () => undefined
  let changed: (topics: ReadonlySet<Topic>) => void = () => undefined
  let unread = 0
  let atOnce: Result<unknown> | undefined
  const engine: Engine = {
    start: () => undefined,
    stop: () => undefined,
    tell(intent) {
      told.push(intent)
      if (atOnce) settled(told.length, atOnce)
      return told.length
    },
    onSettled: (listener) => void (settled = listener),
    onChanged: (listener) => void (changed = listener),
    session: () => ({ state: 'loading' }),
    link: () => 'live',
    current: () => true,
    now: () => 0,
    chats: () => [],
    unreadTotal: () => unread,
    room: () => {
      throw new Error('no room is read here')
    },
    profile: () => undefined,
    contacts: () => [],
    requests: () => [],
    pendingCount: () => 0,
  }
  provideEngine(engine)
  return {
    told,
    settle: (ticket: number, result: Result<unknown>) => settled(ticket, result),
    answerAtOnce: (result: Result<unknown>) => void (atOnce = result),
    becomeUnread(count: number, ...topics: Topic[]) {
      unread = count
      changed(new Set(topics))
    },
  }
}
let engine: ReturnType<typeof listeningEngine>
beforeEach(() => (engine = listeningEngine()))

describe('what is told to the engine', () => {
  it('gives each caller the result of his own ticket', async () => {
    const first = call('contacts.searchAccount', { account: 'alice' })
    const second = call('contacts.searchAccount', { account: 'bob' })
    engine.settle(2, { ok: false, error: { code: 'offline' } })
    engine.settle(1, { ok: true, value: { profile: null } })
    expect(await first).toEqual({ ok: true, value: { profile: null } })
    expect(await second).toEqual({ ok: false, error: { code: 'offline' } })
    expect(engine.told[0]).toEqual({ is: 'call', op: 'contacts.searchAccount', input: { account: 'alice' } })
  })

  it('gives a result that comes before the ticket does', async () => {
    engine.answerAtOnce({ ok: false, error: { code: 'cancelled' } })
    expect(await ask({ is: 'signOut' })).toEqual({ ok: false, error: { code: 'cancelled' } })
  })
})

describe('a view', () => {
  it('is read again for its topics only, and not after its scope ended', () => {
    const scope = effectScope()
    const unread = scope.run(() => viewOf(['chats'], (e) => e.unreadTotal()))
    engine.becomeUnread(3, 'link')
    expect(unread?.value).toBe(0)
    engine.becomeUnread(4, 'link', 'chats')
    expect(unread?.value).toBe(4)
    scope.stop()
    engine.becomeUnread(5, 'chats')
    expect(unread?.value).toBe(4)
  })
})
