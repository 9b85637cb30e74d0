/** A device whose clock is wrong, or is set while the app runs. */
import { describe, expect, it } from 'vitest'
import { limits } from '../../protocol/limits'
import { Model } from './test-model'
import { Phone, sessionOf, type PhoneOptions } from './test-world'

const hour = 3600_000
const day = 24 * hour
/** How far the clock is wrong. */
const wrong = [
  ['1 h ahead', hour],
  ['1 h behind', -hour],
  ['30 days ahead', 30 * day],
  ['30 days behind', -30 * day],
  ['20 years ahead', 7300 * day],
  ['in 1970', -1_799_999_000_000],
] as const

function world(): Model {
  const model = new Model()
  model.addUser(1)
  model.addUser(2)
  model.befriend(100, 1, 2)
  return model
}
function skewed(skewMs: number, options: PhoneOptions): Phone {
  const phone = new Phone(options)
  phone.wallSkewMs = skewMs
  return phone
}
const say = (text: string) =>
  ({
    is: 'call',
    op: 'chat.sendMessage',
    input: { conversationId: 100, body: { kind: 'text' as const, text }, seenSeq: 0 },
  }) as const
const refreshes = (phone: Phone): number => phone.posts.filter(({ op }) => op === 'accounts.refresh').length
const sent = (model: Model): string[] =>
  model.messages(100).map(({ body }) => (body.kind === 'text' ? body.text : ''))
/** Takes the network away, before or while the phone is on. */
function cutOff(phone: Phone): Phone {
  Object.assign(phone, { network: 'silent', noRest: true })
  phone.sockets.at(-1)?.events.closed()
  return phone
}
function connect(phone: Phone): void {
  Object.assign(phone, { network: 'fine', noRest: false })
  phone.tell({ is: 'network', online: false })
  phone.tell({ is: 'network', online: true })
}
const shown = (phone: Phone) => phone.engine.room(100).messages.map(({ send }) => send.state)

describe.each(wrong)('a clock %s', (_how, skewMs) => {
  it('[W25] without sockets it connects once and refreshes once in a quarter of an hour', async () => {
    const model = world()
    const phone = skewed(skewMs, { model })
    phone.network = 'refused'
    await phone.signIn()
    await phone.run(30_000)
    expect([phone.engine.current(), refreshes(phone)]).toEqual([true, 0])
    await phone.run(2 * hour)
    expect(refreshes(phone)).toBeLessThanOrEqual(8)
    expect(refreshes(phone)).toBeGreaterThanOrEqual(7)
  })

  it('[W25] an app that starts again needs one refresh at most', async () => {
    const model = world()
    const before = await skewed(0, { model }).signIn()
    await before.run(5_000)
    for (const network of ['fine', 'refused'] as const) {
      const phone = skewed(skewMs, { model, disk: new Map(before.disk), clock: before.clock })
      phone.network = network
      await phone.boot()
      await phone.run(60_000)
      expect([phone.engine.current(), refreshes(phone) <= 1]).toEqual([true, true])
    }
  })

  it('[W24] shows the time of the server, and so at a start without a network', async () => {
    const model = world()
    const phone = await skewed(skewMs, { model }).signIn()
    await phone.run(5_000)
    expect(phone.engine.now()).toBe(phone.clock.now)
    phone.drop()
    phone.tell(say('offline'))
    expect(phone.engine.room(100).messages[0]?.at).toBe(phone.clock.now)
    await phone.run(2_000)
    const again = skewed(skewMs, { disk: phone.kill(), clock: phone.clock })
    await again.boot()
    expect(Math.abs(again.engine.now() - again.clock.now)).toBeLessThan(2_000)
  })

  it('[O11] what was written with it is sent when it has been put right', async () => {
    for (const kills of [false, true]) {
      const model = world()
      let phone = await skewed(0, { model }).signIn()
      await phone.run(5_000)
      cutOff(phone).wallSkewMs = skewMs
      const restart = (skew: number): Promise<Phone> => {
        phone = cutOff(skewed(skew, { model, disk: phone.kill(), clock: phone.clock }))
        return phone.boot()
      }
      if (kills) await restart(skewMs)
      phone.tell(say('one'))
      await phone.run(hour)
      if (kills) await restart(0)
      phone.wallSkewMs = 0
      await phone.run(hour)
      expect(shown(phone)).toEqual(['waiting'])
      connect(phone)
      await phone.run(60_000)
      expect([sent(model), shown(phone)]).toEqual([['one'], ['sent']])
    }
  })

  it('[O11] what was written before it was put right is sent too, after years of being wrong', async () => {
    const model = world()
    let phone = await skewed(skewMs, { model }).signIn()
    await phone.run(5_000)
    cutOff(phone).tell(say('one'))
    await phone.run(1_000)
    phone = skewed(0, { model, disk: phone.kill(), clock: phone.clock })
    await phone.boot()
    phone.tell(say('two'))
    await phone.run(60_000)
    expect([sent(model), shown(phone)]).toEqual([
      ['one', 'two'],
      ['sent', 'sent'],
    ])
  })
})

describe('a clock that is set while the app runs', () => {
  it.each([-hour, -30 * day, hour, 30 * day, 0])(
    '[W23] by %i ms: a line that falls silent then is noticed in the same time',
    async (jumpMs) => {
      const phone = await new Phone().live()
      await phone.run(limits.pingEveryMs - 1_000)
      phone.wallSkewMs = jumpMs
      await phone.run(1_000 + limits.pongWithinMs)
      expect(phone.socket.isClosed).toBe(true)
    },
  )

  it('[W23] waits for a retry and for the server keep their length', async () => {
    for (const jumpMs of [-hour, hour]) {
      const phone = await new Phone().live()
      phone.socket.hear({ t: 'bye', error: { code: 'draining' }, afterMs: 20_000 })
      phone.wallSkewMs = jumpMs
      phone.tell({ is: 'foreground' })
      await phone.run(19_999)
      expect(phone.sockets).toHaveLength(1)
      await phone.run(2)
      expect(phone.sockets).toHaveLength(2)
    }
  })

  it('[W23] forward at once makes sure of the line, as after a sleep; a clock that leaps again and again does not storm', async () => {
    const phone = await new Phone({ model: world() }).signIn()
    await phone.run(2_000)
    const pings = () => phone.socket.sent.filter(({ t }) => t === 'ping').length
    phone.wallSkewMs += hour
    phone.tell({ is: 'openRoom', conversationId: null })
    expect(pings()).toBe(1)
    for (let n = 0; n < 20; n++) {
      phone.wallSkewMs += hour
      phone.tell({ is: 'openRoom', conversationId: null })
      await phone.run(1_000)
    }
    expect(pings()).toBeLessThanOrEqual(2)
  })

  it('[W24] the time that is shown follows the server alone', async () => {
    const phone = await new Phone({ model: world() }).signIn()
    await phone.run(2_000)
    phone.wallSkewMs = 5 * day
    expect(phone.engine.now()).toBe(phone.clock.now)
    const welcome = (now: unknown) =>
      phone.socket.hear({ t: 'welcome', v: 1, userId: 1, now: now as number, features: [] })
    welcome(phone.clock.now + 8 * hour)
    expect(phone.engine.now()).toBe(phone.clock.now + 8 * hour)
    welcome(phone.clock.now + 8 * hour - 900)
    for (const now of [-1, 1e300, NaN, 'x', undefined]) welcome(now)
    expect(phone.engine.now()).toBe(phone.clock.now + 8 * hour)
    welcome(phone.clock.now)
    expect(phone.engine.now()).toBe(phone.clock.now)
  })

  it('[W24] what waits is shown at the time that the server tells later, and the list is sorted by it', async () => {
    const model = world()
    model.addUser(3)
    model.befriend(103, 1, 3)
    const first = await new Phone({ model }).signIn()
    await first.run(3_000)
    const disk = new Map(first.disk)
    const stored = JSON.parse(disk.get('session') ?? '') as { value: object }
    disk.set('session', JSON.stringify({ ...stored, value: { ...stored.value, clock: undefined } }))
    const phone = cutOff(skewed(-30 * day, { model, disk, clock: first.clock }))
    await phone.boot()
    model.call(
      3,
      'chat.sendMessage',
      { conversationId: 103, clientId: 'theirs-00', body: { kind: 'text', text: 'x' }, seenSeq: 0 },
      phone.clock.now,
    )
    await phone.run(1_000)
    phone.tell(say('mine'))
    const at = phone.clock.now
    await phone.run(1_000)
    // The server never answers the message: it stays what the phone shows of it.
    const call = model.call.bind(model)
    model.call = (me, op, input, now) =>
      op === 'chat.sendMessage'
        ? { ok: false, error: { code: 'overloaded', data: { retryAfterMs: hour } } }
        : call(me, op, input, now)
    connect(phone)
    await phone.run(5_000)
    const message = phone.engine.room(100).messages.at(-1)
    expect(message?.at).toBe(at)
    expect(phone.engine.chats()[0]?.conversationId).toBe(100)
  })
})

describe('the age of what waits', () => {
  const week = limits.outboxAgeMsMax
  it('[O11] counts while the app is off, as soon as the server tells the time', async () => {
    const model = world()
    const phone = await new Phone({ model }).signIn()
    await phone.run(3_000)
    cutOff(phone).tell(say('old'))
    await phone.run(1_000)
    const disk = phone.kill()
    await phone.clock.run(week)
    const again = await new Phone({ model, disk, clock: phone.clock }).boot()
    await again.run(60_000)
    expect(again.engine.room(100).messages[0]?.send).toEqual({ state: 'failed', code: 'tooOld' })
    expect(sent(model)).toEqual([])
  })

  it('[O11] counts too where the app was started without a network and its clock was right', async () => {
    const model = world()
    const phone = await new Phone({ model }).signIn()
    await phone.run(3_000)
    const offline = await new Phone({ disk: phone.kill(), clock: phone.clock }).boot()
    offline.tell(say('old'))
    await offline.run(1_000)
    const disk = offline.kill()
    await phone.clock.run(week)
    const again = await new Phone({ model, disk, clock: phone.clock }).boot()
    await again.run(60_000)
    expect([shown(again), sent(model)]).toEqual([['failed'], []])
  })

  it('[O11] an outbox of an older version is kept and sent', async () => {
    const model = world()
    const phone = await new Phone({ model }).signIn()
    await phone.run(3_000)
    cutOff(phone).tell(say('one'))
    await phone.run(2_000)
    const disk = phone.kill()
    for (const [key, text] of disk) {
      if (key !== 'session' && !key.startsWith('act/')) continue
      const { format, value } = JSON.parse(text) as { format: number; value: Record<string, unknown> }
      delete value['sure']
      delete value['accessForMs']
      delete value['clock']
      if (key !== 'session') Object.assign(value, { at: 1_700_000_000_000, since: 1_700_000_000_000 })
      disk.set(key, JSON.stringify({ format, value }))
    }
    const again = await new Phone({ model, disk, clock: phone.clock }).boot()
    await again.run(60_000)
    expect([again.engine.session().state, sent(model), shown(again)]).toEqual(['signedIn', ['one'], ['sent']])
  })
})

describe('an access token', () => {
  it('[W25] holds from its arrival; a server that does not say for how long, or says nonsense, is not stormed', async () => {
    for (const accessForMs of [undefined, 0, -5, 1e300, 'x', 900_000]) {
      const again = new Phone()
      await again.boot()
      again.tell({
        is: 'call',
        op: 'accounts.signIn',
        input: { account: 'anna', password: 'secret-8', device: { name: 'x', platform: 'other' } },
      })
      await again.run()
      again.post.done({ ok: true, value: { ...sessionOf(1, again.clock.now), accessForMs } })
      await again.run(50_000)
      expect(again.posts.filter(({ op }) => op === 'accounts.refresh')).toHaveLength(0)
    }
  })
})
