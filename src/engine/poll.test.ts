import { describe, expect, it } from 'vitest'
import { limits } from '../../protocol/limits'
import { digestOf } from '../../protocol/wire'
import { say, shown } from './test-chat'
import { answer, heads, last, polling, postsOf, probing, read, refuse } from './test-poll'
import { Phone, sessionOf } from './test-world'

describe('falling back', () => {
  it('[W10] tries REST when three sockets in a row failed, not before', async () => {
    const phone = await new Phone().signIn()
    for (let n = 0; n < 2; n++) {
      phone.drop()
      await phone.run(limits.reconnectMs[n])
    }
    expect(postsOf(phone, 'sync.heads')).toEqual([])
    phone.drop()
    await phone.run()
    expect(last(phone, 'sync.heads')).toMatchObject({ token: 'access-1-1', input: {}, timeoutMs: 15_000 })
    expect(phone.engine.current()).toBe(false)
    await answer(phone, 'sync.heads', heads())
    expect([phone.engine.link(), phone.engine.current()]).toEqual(['live', true])
  })

  it('[W10] counts sockets that are cut soon after their welcome, also silently, and forgets them after a good one', async () => {
    const phone = await new Phone().signIn()
    for (let n = 0; n < 2; n++) {
      await phone.welcome()
      await phone.run(1_000)
      phone.drop()
      await phone.run(limits.reconnectMs[n])
    }
    await phone.welcome()
    phone.socket.answer('sync.heads', heads())
    await phone.run(limits.pingEveryMs)
    phone.socket.hear({ t: 'pong', digest: digestOf([[1, 0]]) })
    phone.drop()
    await phone.run(limits.reconnectMs[2])
    for (let n = 0; n < 2; n++) {
      await phone.welcome()
      await phone.run(limits.requestTimeoutMs + limits.reconnectMs[3 + n]!)
    }
    expect(postsOf(phone, 'sync.heads')).toEqual([])
    await phone.welcome()
    await phone.run(limits.requestTimeoutMs)
    expect(postsOf(phone, 'sync.heads')).toHaveLength(1)
  })

  it('[W10] waits five seconds for a socket that says nothing, also where others failed', async () => {
    const phone = await new Phone().signIn()
    await phone.run(4_998)
    expect(postsOf(phone, 'sync.heads')).toEqual([])
    await phone.run(1)
    await refuse(phone, 'sync.heads', 'offline')
    await probing(phone)
    await refuse(phone, 'sync.heads', 'offline')
    const [{ length }, sockets] = [postsOf(phone, 'sync.heads'), phone.sockets.length]
    while (phone.sockets.length === sockets) await phone.run(1)
    await phone.run(4_998)
    expect(postsOf(phone, 'sync.heads')).toHaveLength(length)
    await phone.run(2)
    expect(postsOf(phone, 'sync.heads')).toHaveLength(length + 1)
  })

  it('[W11] without any server both carriers share one budget of tries', async () => {
    const phone = await probing()
    for (let n = 0; n < 40; n++) {
      for (const post of phone.posts.splice(0)) post.done({ ok: false, error: { code: 'offline' } })
      phone.drop()
      await phone.run(10_000)
    }
    const [sockets, posts] = [phone.sockets.length, phone.posts.length]
    phone.posts.splice(0)
    for (let n = 0; n < 40; n++) {
      for (const post of phone.posts) post.done({ ok: false, error: { code: 'offline' } })
      phone.drop()
      await phone.run(10_000)
    }
    expect(posts).toBeLessThanOrEqual(1)
    expect(phone.sockets.length - sockets).toBeLessThanOrEqual(15)
    expect(phone.posts.length).toBeLessThanOrEqual(15)
    expect(phone.engine.link()).toBe('unreachable')
  })

  it('[W8] does not try REST before bye.afterMs, nor count a socket on which bye came', async () => {
    const phone = await probing(await new Phone().live())
    await answer(phone, 'sync.heads', heads())
    await phone.run(10_000)
    phone.socket.events.opened()
    phone.socket.hear({ t: 'bye', error: { code: 'draining' }, afterMs: 8_000 })
    const { length } = phone.sockets
    await refuse(phone, 'sync.wait', 'offline')
    await phone.run(7_999)
    expect([phone.sockets.length, postsOf(phone, 'sync.heads').length]).toEqual([length, 1])
    await phone.run(limits.reconnectMs[3])
    expect(phone.sockets.length).toBeGreaterThan(length)
  })
})

describe('polling', () => {
  it('[Y14] one call waits with the digest of what is held; where it differs, heads are asked for', async () => {
    const phone = await polling()
    const digest = digestOf([[1, 0]])
    expect(last(phone, 'sync.wait')).toMatchObject({ input: { digest }, timeoutMs: 35_000 })
    await phone.run(limits.waitMs)
    expect(postsOf(phone, 'sync.wait')).toHaveLength(1)
    await answer(phone, 'sync.wait', { digest })
    expect(postsOf(phone, 'sync.wait')).toHaveLength(2)
    expect(postsOf(phone, 'sync.heads')).toHaveLength(1)
    await answer(phone, 'sync.wait', { digest: 4711 })
    expect(phone.engine.current()).toBe(false)
    await answer(phone, 'sync.heads', heads(1))
    expect(last(phone, 'sync.pull').input).toEqual({ stream: 1, since: 0 })
    const rows = [{ k: 'contact', v: 1, userId: 2, since: 5 }]
    await answer(phone, 'sync.pull', { stream: 1, reset: true, from: 0, to: 1, head: 1, more: false, rows })
    expect([phone.engine.current(), last(phone, 'accounts.getProfiles').input]).toMatchObject([true, {}])
    expect(postsOf(phone, 'sync.wait')).toHaveLength(2)
    await phone.run(1_000)
    expect(last(phone, 'sync.wait').input).toEqual({ digest: digestOf([[1, 1]]) })
  })

  it('[Y14] a server that contradicts without news, or answers at once, is not stormed', async () => {
    const phone = await polling()
    for (let n = 0; n < 30; n++) {
      await answer(phone, 'sync.wait', { digest: 4711 })
      await answer(phone, 'sync.heads', heads())
      await phone.run(1_000)
    }
    expect(postsOf(phone, 'sync.wait').length).toBeLessThanOrEqual(4)
    await phone.run(limits.pingEveryMs)
    const { length } = postsOf(phone, 'sync.wait')
    for (let n = 0; n < 50; n++) {
      await answer(phone, 'sync.wait', { digest: digestOf([[1, 0]]) })
      await phone.run(100)
    }
    expect(postsOf(phone, 'sync.wait').length - length).toBeLessThanOrEqual(6)
  })

  it('[Y14] a server where nobody can wait is asked for heads instead, less and less often', async () => {
    const phone = await polling()
    const news: number[] = []
    for (let n = 0; n < 12; n++) {
      last(phone, 'sync.wait').done({ ok: false, error: { code: n % 2 ? 'overloaded' : 'unknownOperation' } })
      await answer(phone, 'sync.heads', heads())
      news.push(phone.clock.now)
      const { length } = postsOf(phone, 'sync.wait')
      while (postsOf(phone, 'sync.wait').length === length) await phone.run(100)
    }
    expect(postsOf(phone, 'sync.heads')).toHaveLength(13)
    expect(news[11]! - news[10]!).toBeGreaterThan(25_000)
    expect(phone.engine.current()).toBe(true)
  })

  it('[O2] [O5] [W10] acts go by REST one after the other, few at once, and their rows are fetched', async () => {
    const phone = await polling()
    phone.tell(say('first'))
    phone.tell(say('second'))
    for (const id of [101, 102, 103]) phone.tell(say('other', id))
    await phone.run()
    const sent = () => postsOf(phone, 'chat.sendMessage')
    expect(sent()).toHaveLength(3)
    const [first] = sent()
    const { clientId } = first!.input as { clientId: string }
    first!.done({ ok: true, value: { seq: 1, at: 5 } })
    await phone.run()
    expect(sent().map(({ input }) => (input as { body: { text: string } }).body.text)).toEqual([
      ...['first', 'other', 'other', 'second'],
    ])
    expect(last(phone, 'sync.pull').input).toEqual({ stream: 100, since: 0 })
    const body = { kind: 'text', text: 'first' }
    const row = { k: 'message', v: 1, seq: 1, from: 1, clientId, at: 5, countable: 1, body }
    const page = { stream: 100, reset: true, from: 0, to: 1, head: 1, more: false, rows: [row] }
    await answer(phone, 'sync.pull', page)
    expect(shown(phone)).toEqual([
      ['first', 'sent'],
      ['second', 'sending'],
    ])
  })

  it('[O3] [O4] an act without an answer by REST goes again with the same clientId', async () => {
    const phone = await polling()
    phone.tell(say('x'))
    await phone.run()
    await refuse(phone, 'chat.sendMessage', 'offline')
    expect(phone.engine.current()).toBe(false)
    await phone.run(limits.reconnectMs[3])
    phone.drop()
    await phone.run(limits.outboxRetryMs[0])
    await answer(phone, 'sync.heads', heads())
    await phone.run(limits.outboxRetryMs[0])
    const sent = postsOf(phone, 'chat.sendMessage').map(({ input }) => input)
    expect(sent).toEqual([sent[0], sent[0]])
  })

  it('[F11] [O4] what a server that stops sends away goes again, at once and then later', async () => {
    const phone = await polling()
    phone.tell(say('x'))
    const ticket = phone.tell(read)
    await phone.run()
    for (const op of ['chat.sendMessage', 'contacts.searchAccount']) {
      await refuse(phone, op, 'draining')
      expect(postsOf(phone, op)).toHaveLength(2)
      await refuse(phone, op, 'draining')
      expect(postsOf(phone, op)).toHaveLength(2)
    }
    await phone.run(limits.outboxRetryMs[1])
    const sent = postsOf(phone, 'chat.sendMessage').map(({ input }) => input)
    expect(sent).toEqual([sent[0], sent[0], sent[0]])
    await answer(phone, 'contacts.searchAccount', { profile: null })
    expect(phone.result(ticket)).toEqual({ ok: true, value: { profile: null } })
  })

  it('[W4] a page of a hotel is no answer: nothing is lost to it', async () => {
    const phone = await polling()
    phone.tell(say('x'))
    await phone.run()
    await answer(phone, 'chat.sendMessage', '<html>')
    expect(shown(phone)).toEqual([['x', 'sending']])
    await answer(phone, 'sync.wait', '<html>')
    expect(phone.engine.current()).toBe(false)
  })

  it('[A8] a token that does not hold is replaced once, and everything goes on', async () => {
    const phone = await polling()
    const ticket = phone.tell(read)
    await phone.run()
    await refuse(phone, 'sync.wait', 'unauthenticated')
    await refuse(phone, 'contacts.searchAccount', 'unauthenticated')
    expect(postsOf(phone, 'accounts.refresh')).toHaveLength(1)
    await answer(phone, 'accounts.refresh', sessionOf(1, phone.clock.now, 2))
    expect(last(phone, 'contacts.searchAccount').token).toBe('access-1-2')
    await phone.run(1_000)
    expect(last(phone, 'sync.wait').token).toBe('access-1-2')
    await answer(phone, 'contacts.searchAccount', { profile: null })
    expect(phone.result(ticket)).toMatchObject({ ok: true })
    expect(phone.engine.link()).toBe('live')
    for (let n = 3; n < 6; n++) {
      await refuse(phone, 'sync.wait', 'unauthenticated')
      await phone.run(1_000)
      for (const post of postsOf(phone, 'accounts.refresh'))
        post.done({ ok: true, value: sessionOf(1, phone.clock.now, n) })
      await phone.run()
    }
    expect(postsOf(phone, 'accounts.refresh').length).toBeLessThanOrEqual(4)
  })

  it('[A4] a token that runs out is replaced before it is used', async () => {
    const phone = await polling()
    phone.clock.now += 896_000
    await answer(phone, 'sync.wait', { digest: digestOf([[1, 0]]) })
    await answer(phone, 'accounts.refresh', sessionOf(1, phone.clock.now, 2))
    phone.drop()
    await phone.run(1_000)
    expect(phone.posts.filter((post) => post.token === 'access-1-1').map(({ op }) => op)).toEqual([
      ...['sync.heads', 'sync.wait'],
    ])
  })

  it('[A6] [A8] a session that was ended elsewhere ends here, and signing out calls the wait off', async () => {
    const ended = await polling()
    await refuse(ended, 'sync.wait', 'unauthenticated')
    last(ended, 'accounts.refresh').done({ ok: false, error: { code: 'sessionEnded' } })
    await ended.run()
    expect(ended.engine.session()).toEqual({ state: 'signedOut', because: 'revoked' })
    const left = await polling()
    left.tell({ is: 'signOut' })
    await left.run()
    expect(last(left, 'sync.wait').isAborted).toBe(true)
    expect(last(left, 'accounts.signOut').token).toBe('access-1-1')
    expect(left.engine.session()).toMatchObject({ state: 'signedOut' })
  })

  it('[W4] without an answer it is connecting, then offline; a foreground asks whether anybody is there', async () => {
    const phone = await polling()
    const wait = last(phone, 'sync.wait')
    phone.tell({ is: 'foreground' })
    await phone.run()
    expect([wait.isAborted, postsOf(phone, 'sync.heads').length]).toEqual([true, 2])
    await refuse(phone, 'sync.heads', 'unavailable')
    await phone.run(limits.connectingShownAfterMs)
    expect(phone.engine.link()).toBe('connecting')
    phone.drop()
    await phone.run(limits.offlineShownAfterMs)
    expect(phone.engine.link()).toBe('unreachable')
  })

  it('[W4] a call that waits and is never answered is given up after 35 s', async () => {
    const phone = await polling()
    const wait = last(phone, 'sync.wait')
    await phone.run(limits.waitMs + limits.pongWithinMs - 1)
    expect(phone.engine.current()).toBe(true)
    await phone.run(1)
    expect([phone.engine.current(), wait.isAborted]).toEqual([false, true])
  })
})
