import { describe, expect, it } from 'vitest'
import { limits } from '../../protocol/limits'
import { Model } from './test-model'
import { Phone, sessionOf } from './test-world'

const device = { name: 'x', platform: 'other' as const }
const register = (account = 'anna') =>
  ({
    is: 'call',
    op: 'accounts.register',
    input: { account, password: 'secret-8', name: 'Anna', device },
  }) as const
const signIn = {
  is: 'call',
  op: 'accounts.signIn',
  input: { account: 'anna', password: 'secret-8', device },
} as const
const say = (text: string) =>
  ({
    is: 'call',
    op: 'chat.sendMessage',
    input: { conversationId: 100, body: { kind: 'text', text }, seenSeq: 0 },
  }) as const
const keys = (phone: Phone) => [...phone.disk.keys()].map((key) => key.split('/')[0]).sort()

/** Signed in, with a chat, an act that never left, and a draft, all on disk. */
async function used(): Promise<Phone> {
  const model = new Model()
  model.addUser(1)
  model.addUser(2)
  model.befriend(100, 1, 2)
  const phone = await new Phone({ model }).signIn()
  await phone.run(2_000)
  phone.model = undefined
  phone.drop()
  phone.tell(say('unsent'))
  phone.tell({ is: 'setDraft', conversationId: 100, text: 'half a' })
  await phone.run(2_000)
  return phone
}
const signInAgain = async (phone: Phone, user: number): Promise<void> => {
  phone.tell(signIn)
  await phone.run()
  phone.post.done({ ok: true, value: sessionOf(user, phone.clock.now, 5) })
  await phone.run()
}

describe('session', () => {
  it('[A7] registers with a clientId that is stored first and kept until an answer comes', async () => {
    const phone = await new Phone().boot()
    expect(phone.engine.session()).toEqual({ state: 'signedOut' })
    phone.holdWrites = true
    const first = phone.tell(register())
    await phone.run()
    expect(phone.posts).toEqual([])
    phone.release()
    await phone.run()
    const sent = phone.post.input
    expect(sent).toMatchObject({ account: 'anna', device: { name: 'test', platform: 'other' } })
    phone.post.done({ ok: false, error: { code: 'offline' } })
    await phone.run()
    expect(phone.result(first)).toEqual({ ok: false, error: { code: 'timeout' } })
    phone.tell({ is: 'network', online: false })
    const second = phone.tell(register())
    await phone.run()
    phone.post.done({ ok: false, error: { code: 'offline' } })
    expect(phone.result(second)).toEqual({ ok: false, error: { code: 'offline' } })

    const again = await new Phone({ disk: phone.kill() }).boot()
    const ticket = again.tell(register())
    await again.run()
    expect(again.post.input).toEqual(sent)
    const twice = again.tell(register())
    expect(again.result(twice)).toEqual({ ok: false, error: { code: 'conflict' } })
    again.post.done({ ok: true, value: sessionOf(1, again.clock.now) })
    await again.run()
    expect(again.result(ticket)?.ok).toBe(true)
    expect(again.engine.session()).toEqual({ state: 'signedIn', userId: 1, me: undefined })
    expect(keys(again)).toEqual(['session'])
  })

  it('[A7] another account, or a final refusal, takes a fresh clientId', async () => {
    const phone = await new Phone().boot()
    const ids: unknown[] = []
    for (const account of ['anna', 'berta', 'berta']) {
      phone.tell(register(account))
      await phone.run()
      ids.push((phone.post.input as { clientId: string }).clientId)
      phone.post.done({ ok: false, error: { code: 'accountTaken' } })
      await phone.run()
    }
    expect(new Set(ids).size).toBe(3)
    expect(keys(phone)).toEqual([])
  })

  it('[A2] a refused sign-in stays signed out and says why', async () => {
    const phone = await new Phone().boot()
    const ticket = phone.tell(signIn)
    await phone.run()
    phone.post.done({ ok: false, error: { code: 'badCredentials' } })
    phone.post.done({ ok: true, value: sessionOf(1, 0) })
    expect(phone.result(ticket)).toEqual({ ok: false, error: { code: 'badCredentials' } })
    expect(phone.engine.session().state).toBe('signedOut')
  })

  it('[A6] signing out wipes everything of the account and tells the server', async () => {
    const phone = await used()
    expect(keys(phone)).toEqual(['act', 'draft', 'mirror', 'mirror', 'profile', 'session'])
    expect(phone.engine.pendingCount()).toBe(1)
    const ticket = phone.tell({ is: 'signOut' })
    expect(phone.engine.session()).toEqual({ state: 'signedOut', because: 'signedOut' })
    expect([phone.engine.chats(), phone.engine.unreadTotal(), phone.engine.pendingCount()]).toEqual([
      [],
      0,
      0,
    ])
    expect(phone.engine.room(100)).toMatchObject({ messages: [], me: undefined })
    expect(phone.result(ticket)).toEqual({ ok: true, value: {} })
    await phone.run()
    expect(keys(phone)).toEqual(['leaving'])
    expect(phone.post).toMatchObject({ op: 'accounts.signOut', token: 'access-1-1' })
    phone.post.done({ ok: true, value: {} })
    await phone.run()
    expect(keys(phone)).toEqual([])
    expect(phone.sockets.every((socket) => socket.isClosed)).toBe(true)
  })

  it('[A6] signing out with a token that has run out refreshes it once to tell the server', async () => {
    const phone = await new Phone().live()
    const ticket = phone.tell({ is: 'call', op: 'accounts.signOut', input: {} })
    await phone.run()
    phone.post.done({ ok: false, error: { code: 'unauthenticated' } })
    expect(phone.post.op).toBe('accounts.refresh')
    phone.post.done({ ok: true, value: sessionOf(1, phone.clock.now, 2) })
    expect(phone.post).toMatchObject({ op: 'accounts.signOut', token: 'access-1-2' })
    phone.post.done({ ok: false, error: { code: 'unauthenticated' } })
    expect(phone.result(ticket)?.ok).toBe(true)
    expect(phone.posts).toHaveLength(4)
    expect(phone.result(phone.tell({ is: 'signOut' }))?.ok).toBe(true)
  })

  it('[A6] session.ended wipes tokens and mirror and keeps what was not sent', async () => {
    const phone = await used()
    await phone.run(limits.reconnectMs[1])
    await phone.welcome()
    phone.socket.hear({ t: 'ev', ev: 'session.ended', data: { reason: 'revoked', at: 1 } })
    await phone.run()
    expect(phone.engine.session()).toEqual({ state: 'signedOut', because: 'revoked' })
    expect(keys(phone)).toEqual(['act', 'draft'])
    expect(phone.socket.isClosed).toBe(true)
  })

  it('[A8] sessionEnded signs out; the same account finds its unsent acts and drafts again', async () => {
    const phone = await used()
    await phone.run(limits.reconnectMs[1])
    phone.socket.events.opened()
    phone.socket.hear({ t: 'bye', error: { code: 'unauthenticated' }, afterMs: 0 })
    await phone.run(limits.reconnectMs[3])
    expect(phone.post.op).toBe('accounts.refresh')
    phone.post.done({ ok: false, error: { code: 'sessionEnded' } })
    await phone.run()
    expect(phone.engine.session()).toEqual({ state: 'signedOut', because: 'revoked' })
    expect(keys(phone)).toEqual(['act', 'draft'])

    await signInAgain(phone, 2)
    expect([phone.engine.pendingCount(), phone.engine.room(100).draft]).toEqual([0, ''])
    phone.tell({ is: 'signOut' })
    phone.post.done({ ok: true, value: {} })
    await phone.run()
    expect(keys(phone)).toEqual(['act', 'draft'])

    await signInAgain(phone, 1)
    expect([phone.engine.pendingCount(), phone.engine.room(100).draft]).toEqual([1, 'half a'])
    expect(phone.engine.room(100).messages).toMatchObject([
      { body: { text: 'unsent' }, send: { state: 'waiting' } },
    ])
  })

  it('[A8] acts that were not stored yet when the session ended are stored all the same', async () => {
    const phone = await new Phone().live()
    phone.holdWrites = true
    const ticket = phone.tell(say('first'))
    phone.tell(say('second'))
    phone.socket.hear({ t: 'bye', error: { code: 'sessionEnded' }, afterMs: 0 })
    expect(phone.result(ticket)).toEqual({ ok: false, error: { code: 'cancelled' } })
    phone.release()
    await phone.run()
    const again = await new Phone({ disk: phone.kill() }).boot()
    await signInAgain(again, 1)
    expect(again.engine.room(100).messages).toMatchObject([
      { body: { text: 'first' } },
      { body: { text: 'second' } },
    ])
  })

  it('[A8] intents before the store is loaded wait for it, and nobody else may act', async () => {
    const phone = new Phone()
    phone.engine.start()
    expect(phone.engine.session()).toEqual({ state: 'loading' })
    const early = phone.tell(say('x'))
    phone.tell({ is: 'openRoom', conversationId: 100 })
    expect(phone.result(early)).toBeUndefined()
    await phone.run(1)
    expect(phone.result(early)).toEqual({ ok: false, error: { code: 'unauthenticated' } })
    const live = await new Phone().live()
    const refresh = { is: 'call', op: 'accounts.refresh', input: { refreshToken: 'x'.repeat(20) } } as const
    expect(live.result(live.tell(refresh))).toEqual({ ok: false, error: { code: 'forbidden' } })
  })
})

describe('owner', () => {
  it('[O10] another page shows elsewhere, does nothing, and can take over', async () => {
    const first = await used()
    const second = new Phone({ disk: first.disk })
    second.autoOwn = false
    second.engine.start()
    const early = second.tell(say('y'))
    await second.run()
    second.owner!(false)
    expect(second.engine.session()).toEqual({ state: 'loading' })
    await second.run()
    expect(second.engine.session()).toEqual({ state: 'elsewhere' })
    expect(second.result(early)).toEqual({ ok: false, error: { code: 'unavailable' } })
    expect(second.result(second.tell(say('x')))).toEqual({ ok: false, error: { code: 'unavailable' } })
    second.tell({ is: 'takeOver' })
    expect(second.claims).toEqual([false, true])
    first.owner!(false)
    expect(first.engine.session()).toEqual({ state: 'elsewhere' })
    expect(first.sockets.every((socket) => socket.isClosed)).toBe(true)
    second.owner!(true)
    await second.run(1)
    second.tell({ is: 'takeOver' })
    expect(second.claims).toEqual([false, true])
    expect(second.engine.room(100).messages.at(-1)).toMatchObject({ body: { text: 'unsent' } })
    expect(second.sockets).toHaveLength(1)
  })

  it('[O10] a page that loses the account stores what is urgent and writes no more', async () => {
    const phone = await new Phone().live()
    phone.holdWrites = true
    phone.tell(say('one'))
    phone.tell(say('two'))
    phone.owner!(false)
    phone.release()
    await phone.run(5_000)
    const acts = [...phone.disk.keys()].filter((key) => key.startsWith('act/'))
    expect(acts).toHaveLength(2)
    const { length } = phone.batches
    phone.tell({ is: 'setDraft', conversationId: 100, text: 'x' })
    await phone.run(5_000)
    expect(phone.batches).toHaveLength(length)
  })

  it('[O10] a page that gets the account back does not take an old batch for its new one', async () => {
    const phone = await new Phone().live()
    await phone.run(2_000)
    phone.holdWrites = true
    phone.tell(say('one'))
    await phone.run()
    phone.owner!(false)
    phone.owner!(true)
    await phone.run(1)
    await phone.welcome()
    const old = phone.takeHeld()
    phone.tell(say('two'))
    await phone.run()
    old.forEach((write) => write())
    await phone.run()
    expect(phone.socket.requests('chat.sendMessage')).toEqual([])
    phone.release()
    await phone.run()
    expect(phone.socket.requests('chat.sendMessage')).toHaveLength(1)
  })

  it('[O10] [O13] without an answer to its claim a page looks whether somebody is signed in elsewhere', async () => {
    const phone = new Phone({ disk: new Map((await used()).disk) })
    phone.autoOwn = false
    phone.engine.start()
    await phone.run(4_999)
    expect(phone.engine.session()).toEqual({ state: 'loading' })
    await phone.run(1)
    expect(phone.engine.session()).toEqual({ state: 'elsewhere' })
    phone.disk.clear()
    phone.owner!(true)
    phone.owner!(true)
    await phone.run()
    expect(phone.engine.session()).toEqual({ state: 'signedOut' })
  })

  it('[O10] a load that comes after the account was lost is not used', async () => {
    const phone = new Phone({ disk: (await used()).kill() })
    phone.autoOwn = false
    phone.engine.start()
    phone.owner!(true)
    phone.owner!(false)
    await phone.run(1)
    expect(phone.engine.session()).toEqual({ state: 'elsewhere' })
  })

  describe('where nobody is signed in', () => {
    /** A page that shares a disk and does not own it. */
    async function page(disk: Map<string, string>): Promise<Phone> {
      const phone = new Phone({ disk })
      phone.autoOwn = false
      phone.engine.start()
      phone.owner!(false)
      await phone.run()
      return phone
    }

    it('[O14] a page that owns nothing is not blocked; it takes over when somebody signs in on it', async () => {
      const phone = await page(new Map())
      expect(phone.engine.session()).toEqual({ state: 'signedOut' })
      expect(phone.result(phone.tell(say('x')))).toEqual({ ok: false, error: { code: 'unavailable' } })
      phone.tell(signIn)
      await phone.run()
      expect(phone.claims).toEqual([false, true])
      phone.owner!(true)
      await phone.run()
      phone.post.done({ ok: true, value: sessionOf(1, phone.clock.now) })
      await phone.run(1)
      expect(phone.engine.session()).toMatchObject({ state: 'signedIn', userId: 1 })
    })

    it('[O14] it does not when somebody has signed in elsewhere meanwhile, and sees that when it is looked at', async () => {
      const phone = await page(new Map())
      for (const [key, value] of (await used()).disk) phone.disk.set(key, value)
      const ticket = phone.tell(signIn)
      await phone.run()
      expect([phone.claims, phone.result(ticket)]).toEqual([
        [false],
        { ok: false, error: { code: 'unavailable' } },
      ])
      expect(phone.engine.session()).toEqual({ state: 'elsewhere' })
      phone.disk.clear()
      phone.tell({ is: 'foreground' })
      await phone.run()
      expect(phone.engine.session()).toEqual({ state: 'signedOut' })
    })

    it('[O14] the page on which it was takes note, and of two that sign in at once one does', async () => {
      const first = await new Phone().boot()
      const second = await page(first.disk)
      const lost = first.tell(signIn)
      second.tell(signIn)
      await second.run()
      first.owner!(false)
      await first.run()
      expect([first.engine.session(), first.result(lost)]).toEqual([
        { state: 'signedOut' },
        { ok: false, error: { code: 'cancelled' } },
      ])
    })

    it('[O14] signing out offers the account to a page that waits, once the disk is wiped', async () => {
      const phone = await used()
      phone.holdWrites = true
      phone.tell({ is: 'signOut' })
      await phone.run()
      expect(phone.offers).toBe(0)
      phone.release()
      await phone.run(2_000)
      expect([phone.offers, phone.disk.has('session')]).toEqual([1, false])
      phone.owner!(false)
      await phone.run()
      expect(phone.engine.session()).toEqual({ state: 'signedOut', because: 'signedOut' })
    })
  })

  it('[O10] stop stores what is lazy, closes the socket, and hears nothing more', async () => {
    const phone = await new Phone().live()
    phone.tell({ is: 'setDraft', conversationId: 100, text: 'kept' })
    phone.engine.stop()
    await phone.run()
    expect(phone.disk.get('draft/1/100')).toContain('kept')
    expect(phone.socket.isClosed).toBe(true)
    phone.socket.events.closed()
    phone.tell({ is: 'foreground' })
    await phone.run(60_000)
    expect(phone.sockets).toHaveLength(1)
  })
})
