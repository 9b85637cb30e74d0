import { describe, expect, it } from 'vitest'
import { limits } from '../../protocol/limits'
import { PROTOCOL_VERSION } from '../../protocol/version'
import { digestOf } from '../../protocol/wire'
import { Phone, sessionOf } from './test-world'

const bye = (code: 'draining' | 'unauthenticated' | 'sessionEnded' | 'overloaded', afterMs = 0) =>
  ({ t: 'bye', error: { code }, afterMs }) as const

describe('link', () => {
  it('[W2] says hello with version and token first, and nothing before welcome', async () => {
    const phone = await new Phone().signIn()
    expect(phone.socket.sent).toEqual([])
    phone.socket.events.opened()
    phone.socket.events.opened()
    const hello = { t: 'hello', v: PROTOCOL_VERSION, token: 'access-1-1', features: [] }
    expect(phone.socket.sent).toEqual([hello])
    phone.socket.hear({ t: 'pong', digest: 1 })
    await phone.run(10)
    expect(phone.socket.sent).toEqual([hello])
  })

  it('[W6] pings every pingEveryMs and gives up a link that stays silent', async () => {
    const phone = await new Phone().live()
    const pings = () => phone.socket.sent.filter((f) => f.t === 'ping').length
    await phone.run(limits.pingEveryMs)
    expect(pings()).toBe(1)
    phone.socket.hear({ t: 'pong', digest: digestOf([[1, 0]]) })
    await phone.run(limits.pingEveryMs)
    expect(pings()).toBe(2)
    await phone.run(limits.pongWithinMs - 1)
    expect(phone.socket.isClosed).toBe(false)
    await phone.run(1)
    expect(phone.socket.isClosed).toBe(true)
    await phone.run(limits.reconnectMs[0])
    expect(phone.sockets).toHaveLength(2)
  })

  it('[W6] anything that arrives keeps the link alive', async () => {
    const phone = await new Phone().live()
    await phone.run(limits.pingEveryMs)
    phone.socket.hear({ t: 'ev', ev: 'unknown.event', data: {} })
    await phone.run(limits.pongWithinMs)
    expect(phone.socket.isClosed).toBe(false)
  })

  it('[W11] comes back after growing waits, from the first again after a steady minute', async () => {
    const phone = await new Phone().live()
    const waits = async (...list: number[]) => {
      for (const wait of list) {
        const before = phone.sockets.length
        phone.drop()
        await phone.run(wait * 0.5 - 1)
        expect(phone.sockets).toHaveLength(before)
        await phone.run(1)
        expect(phone.sockets).toHaveLength(before + 1)
      }
    }
    const [first, second] = limits.reconnectMs
    const longest = limits.reconnectMs[limits.reconnectMs.length - 1] ?? 0
    const up = async (ms: number) => {
      await phone.welcome()
      phone.socket.answer('sync.heads', { heads: [{ stream: 1, version: 0 }], cursor: null })
      for (let left = ms; left > 0; left -= 10_000) {
        await phone.run(10_000)
        phone.socket.hear({ t: 'ev', ev: 'unknown.event', data: {} })
      }
    }
    await waits(...limits.reconnectMs, longest)
    await up(50_000)
    await waits(longest)
    await up(60_000)
    await waits(first, second)
  })

  it('[W11] draws each wait between nothing and its longest', async () => {
    const waitOf = async (unit: number) => {
      const phone = await new Phone().live()
      phone.unit = unit
      let waitedMs = 0
      for (let n = 0; n <= 6; n++) {
        const [{ now }, { length }] = [phone.clock, phone.sockets]
        phone.drop()
        while (phone.sockets.length === length) await phone.run(10)
        waitedMs = phone.clock.now - now
      }
      return waitedMs
    }
    expect(await waitOf(0)).toBeLessThanOrEqual(10)
    const longest = await waitOf(0.999)
    expect(longest).toBeLessThanOrEqual(limits.reconnectMs[6] + 10)
    expect(longest).toBeGreaterThan(limits.reconnectMs[6] * 0.99)
  })

  it('[W4] gives up a socket that never opens, or is never welcomed', async () => {
    const phone = await new Phone().signIn()
    const [first] = phone.sockets
    await phone.run(limits.requestTimeoutMs)
    expect(first!.isClosed).toBe(true)
    await phone.run(limits.reconnectMs[0])
    phone.socket.events.opened()
    await phone.run(limits.requestTimeoutMs + limits.reconnectMs[1])
    expect(phone.sockets).toHaveLength(3)
  })

  it('[W4] ignores what an old socket still says', async () => {
    const phone = await new Phone().live()
    const old = phone.socket
    phone.drop()
    await phone.run(limits.reconnectMs[0])
    old.events.opened()
    old.events.text('{"t":"bye","error":{"code":"sessionEnded"},"afterMs":0}')
    old.events.closed()
    await phone.run()
    expect(phone.sockets).toHaveLength(2)
    expect(phone.engine.session().state).toBe('signedIn')
  })

  it('[W1] leaves text that is no frame, and frames it does not know, alone', async () => {
    const phone = await new Phone().live()
    phone.socket.events.text('{{{')
    phone.socket.events.text('{"t":"future"}')
    await phone.run()
    expect(phone.engine.link()).toBe('live')
  })

  it('[W8] comes back after bye.afterMs, not before, whatever happens', async () => {
    const phone = await new Phone().live()
    phone.socket.hear(bye('draining', 8_000), bye('overloaded', 0), { t: 'pong', digest: 0 })
    phone.tell({ is: 'foreground' })
    phone.tell({ is: 'network', online: false })
    phone.tell({ is: 'network', online: true })
    await phone.run(7_999)
    expect(phone.sockets).toHaveLength(1)
    await phone.run(1)
    expect(phone.sockets).toHaveLength(2)
  })

  it('[W3] a token that does not hold is refreshed, stored and used', async () => {
    const phone = await new Phone().signIn()
    phone.socket.events.opened()
    phone.socket.hear(bye('unauthenticated'))
    await phone.run()
    expect(phone.post).toMatchObject({ op: 'accounts.refresh', token: undefined })
    phone.holdWrites = true
    phone.post.done({ ok: true, value: sessionOf(1, phone.clock.now, 2) })
    await phone.run()
    expect(phone.sockets).toHaveLength(1)
    phone.release()
    await phone.run()
    phone.socket.events.opened()
    expect(phone.socket.sent).toMatchObject([{ t: 'hello', token: 'access-1-2' }])
    expect(phone.disk.get('session')).toContain('access-1-2')
  })

  it('[W8] also to refresh a token it waits for bye.afterMs', async () => {
    const phone = await new Phone().live()
    phone.socket.hear(bye('unauthenticated', 4_000))
    await phone.run(3_999)
    expect(phone.post.op).toBe('accounts.signIn')
    await phone.run(1)
    expect(phone.post.op).toBe('accounts.refresh')
  })

  it('[W3] a server that refuses every token does not make the phone storm', async () => {
    const phone = await new Phone().signIn()
    for (let n = 2; n < 5; n++) {
      phone.socket.events.opened()
      phone.socket.hear(bye('unauthenticated'))
      await phone.run(limits.reconnectMs[n])
      phone.post.done({ ok: true, value: sessionOf(1, phone.clock.now, n) })
      await phone.run()
    }
    const { length } = phone.posts
    phone.socket.events.opened()
    phone.socket.hear(bye('unauthenticated'))
    await phone.run(1_000)
    expect(phone.posts).toHaveLength(length)
  })

  it('[A4] a token that has run out is refreshed before it is used', async () => {
    const phone = await new Phone().live()
    await phone.run(limits.pingEveryMs)
    phone.drop()
    phone.clock.now += 900_000
    await phone.run(limits.reconnectMs[0])
    expect(phone.sockets).toHaveLength(1)
    expect(phone.post.op).toBe('accounts.refresh')
  })

  it('[A8] a refresh without an answer keeps the session and is tried again', async () => {
    const phone = await new Phone().live()
    phone.socket.hear(bye('unauthenticated'))
    await phone.run()
    phone.post.done({ ok: false, error: { code: 'offline' } })
    await phone.run(limits.reconnectMs[2])
    expect(phone.engine.session().state).toBe('signedIn')
    expect(phone.posts.filter((p) => p.op === 'accounts.refresh')).toHaveLength(2)
    const unanswered = phone.post
    await phone.run(limits.requestTimeoutMs + limits.reconnectMs[3])
    expect(phone.posts.filter((p) => p.op === 'accounts.refresh')).toHaveLength(3)
    unanswered.done({ ok: true, value: sessionOf(1, phone.clock.now, 9) })
    await phone.run()
    expect(phone.disk.get('session')).not.toContain('access-1-9')
  })

  it('[A8] a request that is unauthenticated is asked again with a new token', async () => {
    const phone = await new Phone().live()
    const read = { is: 'call', op: 'contacts.searchAccount', input: { account: 'ben' } } as const
    const ticket = phone.tell(read)
    await phone.run()
    phone.socket.refuse('contacts.searchAccount', { code: 'unauthenticated' })
    await phone.run()
    phone.post.done({ ok: true, value: sessionOf(1, phone.clock.now, 2) })
    await phone.run()
    await phone.welcome()
    phone.socket.answer('contacts.searchAccount', { profile: null })
    await phone.run()
    expect(phone.result(ticket)).toEqual({ ok: true, value: { profile: null } })
  })

  it('[W4] without network the link is given up; network and foreground reconnect at once', async () => {
    const phone = await new Phone().live()
    phone.tell({ is: 'network', online: false })
    expect(phone.socket.isClosed).toBe(true)
    await phone.run()
    phone.tell({ is: 'foreground' })
    await phone.run()
    expect(phone.sockets).toHaveLength(2)
    phone.tell({ is: 'network', online: true })
    await phone.run()
    expect([phone.sockets[1]!.isClosed, phone.sockets.length]).toEqual([true, 3])
    await phone.welcome()
    phone.tell({ is: 'foreground' })
    expect(phone.socket.sent.at(-1)).toEqual({ t: 'ping' })
  })

  it('[W11] a link that dies with its network comes back after the shortest wait, however many tries it took', async () => {
    for (const there of [{ is: 'network', online: true }, { is: 'foreground' }] as const) {
      const phone = await new Phone().live()
      for (const wait of limits.reconnectMs.slice(0, 6)) {
        phone.drop()
        await phone.run(wait)
      }
      await phone.welcome()
      const { length } = phone.sockets
      phone.tell(there)
      await phone.run(limits.pongWithinMs)
      await phone.run(limits.reconnectMs[0])
      expect(phone.sockets).toHaveLength(length + 1)
    }
  })

  it('[W6] an app that was frozen notices a dead link within pongWithinMs', async () => {
    const phone = await new Phone().live()
    phone.clock.now += 30 * 60_000
    await phone.run(1)
    expect(phone.socket.sent.at(-1)).toEqual({ t: 'ping' })
    await phone.run(limits.pongWithinMs)
    expect(phone.socket.isClosed).toBe(true)
  })
})

describe('header', () => {
  it('[Y7] a view that was current says syncing only when catching up takes its time', async () => {
    const phone = await new Phone().live()
    await phone.run(limits.pingEveryMs)
    phone.socket.hear({ t: 'pong', digest: 4711 })
    expect([phone.engine.link(), phone.engine.current()]).toEqual(['live', false])
    await phone.run(limits.connectingShownAfterMs - 1)
    expect(phone.engine.link()).toBe('live')
    await phone.run(1)
    expect(phone.engine.link()).toBe('syncing')
    phone.socket.answer('sync.heads', { heads: [{ stream: 1, version: 0 }], cursor: null })
    expect(phone.engine.link()).toBe('live')
  })

  it('[Y7] says syncing until every stream reached its head', async () => {
    const phone = await new Phone().signIn()
    await phone.welcome()
    expect([phone.engine.link(), phone.engine.current()]).toEqual(['syncing', false])
    expect(phone.topics.has('link')).toBe(true)
    phone.socket.answer('sync.heads', { heads: [{ stream: 1, version: 0 }], cursor: null })
    expect([phone.engine.link(), phone.engine.current()]).toEqual(['live', true])
  })

  it('[W4] a short blink shows nothing; then connecting, then that nobody answers', async () => {
    const phone = await new Phone().live()
    phone.drop()
    await phone.run(limits.connectingShownAfterMs - 1)
    expect([phone.engine.link(), phone.engine.current()]).toEqual(['live', false])
    await phone.run(1)
    expect(phone.engine.link()).toBe('connecting')
    await phone.run(limits.offlineShownAfterMs - limits.connectingShownAfterMs)
    expect(phone.engine.link()).toBe('connecting')
    phone.drop()
    await phone.run()
    expect(phone.engine.link()).toBe('unreachable')
  })

  it('[W4] without network it is offline after offlineShownAfterMs', async () => {
    const phone = await new Phone().live()
    phone.tell({ is: 'network', online: false })
    phone.drop()
    await phone.run(limits.offlineShownAfterMs)
    expect(phone.engine.link()).toBe('offline')
    const ticket = phone.tell({ is: 'call', op: 'contacts.searchAccount', input: { account: 'ben' } })
    expect(phone.result(ticket)).toEqual({ ok: false, error: { code: 'offline' } })
  })

  it('[W4] when the network returns it is connecting, until somebody answers or nobody does', async () => {
    const phone = await new Phone().live()
    phone.tell({ is: 'network', online: false })
    await phone.run(limits.offlineShownAfterMs)
    phone.drop()
    await phone.run()
    expect(phone.engine.link()).toBe('offline')
    phone.tell({ is: 'network', online: true })
    expect(phone.engine.link()).toBe('connecting')
    await phone.run()
    phone.drop()
    expect(phone.engine.link()).toBe('unreachable')
  })
})
