import { describe, expect, it } from 'vitest'
import { limits } from '../../protocol/limits'
import { digestOf } from '../../protocol/wire'
import { say, shown } from './test-chat'
import { Model } from './test-model'
import { answer, heads, last, polling, postsOf, read, refuse } from './test-poll'
import { Clock, Phone } from './test-world'

describe('returning', () => {
  const open = async (phone: Phone) => {
    phone.socket.events.opened()
    phone.socket.hear({ t: 'welcome', v: 1, userId: 1, now: phone.clock.now, features: [] })
    await phone.run()
  }

  it('[W10] tries a socket after 10 s, 1, 2 and 5 minutes, and at once when the user or the network returns', async () => {
    const phone = await polling()
    const { length: failed } = phone.sockets
    await phone.run(7_499)
    expect(phone.sockets).toHaveLength(failed)
    await phone.run(1)
    expect(phone.sockets).toHaveLength(failed + 1)
    for (const seconds of [60, 120, 300, 300]) {
      phone.drop()
      const { length } = phone.sockets
      await phone.run(0)
      for (let left = seconds * 750; left > 0; left -= 10_000) {
        expect(phone.sockets).toHaveLength(length)
        await phone.run(Math.min(left, 10_000))
        if (!last(phone, 'sync.wait').isAborted)
          await answer(phone, 'sync.wait', { digest: digestOf([[1, 0]]) })
      }
      expect(phone.sockets).toHaveLength(length + 1)
    }
    for (const intent of [{ is: 'foreground' }, { is: 'network', online: true }] as const) {
      phone.drop()
      await phone.run()
      const { length } = phone.sockets
      phone.tell(intent)
      expect(phone.sockets).toHaveLength(length + 1)
    }
  })

  it('[W10] [Y8] a socket takes over when it has answered a ping: heads, pulls, then live', async () => {
    const phone = await polling()
    await phone.run(7_500)
    await open(phone)
    const ticket = phone.tell(read)
    await phone.run(2_999)
    expect(phone.socket.sent.map(({ t }) => t)).toEqual(['hello'])
    expect(postsOf(phone, 'contacts.searchAccount')).toHaveLength(1)
    await phone.run(1)
    phone.socket.hear({ t: 'pong', digest: digestOf([[1, 0]]) })
    await phone.run()
    expect(phone.socket.sent.map(({ t }) => t)).toEqual(['hello', 'ping', 'req'])
    expect(phone.socket.requests('sync.heads')).toHaveLength(1)
    expect([last(phone, 'sync.wait').isAborted, phone.engine.link()]).toEqual([true, 'live'])
    await answer(phone, 'contacts.searchAccount', { profile: null })
    expect(phone.result(ticket)).toEqual({ ok: true, value: { profile: null } })
    phone.socket.answer('sync.heads', heads())
    await phone.run(limits.pingEveryMs - 1)
    expect(phone.engine.current()).toBe(true)
    expect(postsOf(phone, 'sync.wait')).toHaveLength(1)
  })

  it('[W10] a socket that is cut or silent before that changes nothing', async () => {
    const phone = await polling()
    await phone.run(7_500)
    await open(phone)
    await phone.run(1_000)
    phone.drop()
    await phone.run()
    expect([phone.engine.current(), last(phone, 'sync.wait').isAborted]).toEqual([true, false])
    phone.tell({ is: 'network', online: true })
    await answer(phone, 'sync.heads', heads())
    await open(phone)
    await phone.run(3_000 + limits.pongWithinMs)
    expect([phone.socket.isClosed, phone.engine.current()]).toEqual([true, true])
    expect(phone.socket.requests('sync.heads')).toEqual([])
  })

  it('[O2] an act on its way by REST is not sent twice when a socket takes over', async () => {
    const phone = await polling()
    await phone.run(7_500)
    await open(phone)
    phone.tell(say('first'))
    phone.tell(say('second'))
    await phone.run(3_000)
    phone.socket.hear({ t: 'pong', digest: 1 })
    await phone.run()
    expect(phone.socket.requests('chat.sendMessage')).toEqual([])
    await answer(phone, 'chat.sendMessage', { seq: 1, at: 5 })
    expect(phone.socket.requests('chat.sendMessage')).toMatchObject([{ in: { body: { text: 'second' } } }])
    expect(postsOf(phone, 'chat.sendMessage')).toHaveLength(1)
  })

  it('[W10] a poll that breaks while a socket proves itself leaves it the line', async () => {
    const phone = await polling()
    await phone.run(7_500)
    await open(phone)
    await refuse(phone, 'sync.wait', 'offline')
    expect(phone.socket.requests('sync.heads')).toHaveLength(1)
  })
})

describe('two phones where no socket lives', () => {
  const pair = async (network: Phone['network']) => {
    const model = new Model()
    const clock = new Clock()
    for (const id of [1, 2]) model.addUser(id)
    model.befriend(102, 1, 2)
    const phones = [1, 2].map((me) => new Phone({ model, clock, me }))
    for (const phone of phones) {
      phone.network = network
      phone.lagMs = 20
      await phone.signIn()
    }
    return { model, clock, phones }
  }

  it.each(['refused', 'silent', 'cut'] as const)(
    '[W10] [O2] [S4] [Y3] they chat, converge, and return when it heals: sockets %s',
    async (network) => {
      const { model, clock, phones } = await pair(network)
      await clock.run(12_000)
      expect(phones.map(({ engine }) => [engine.link(), engine.current()])).toEqual(
        Array(2).fill(['live', true]),
      )
      const told: string[][] = [[], []]
      const links = new Set<string>()
      for (let n = 0; n < 60; n++) {
        const by = n % 2
        told[by]?.push(`text ${n}`)
        phones[by]?.tell(say(`text ${n}`, 102))
        for (let ms = 0; ms < 3_000; ms += 250) {
          await clock.run(250)
          for (const { engine } of phones) links.add(engine.link())
        }
      }
      expect([...links]).toEqual(['live'])
      expect(phones.flatMap(({ sockets }) => sockets.flatMap((s) => s.requests('chat.sendMessage')))).toEqual(
        [],
      )
      const texts = (from: number) =>
        model.messages(102).flatMap((m) => (m.from === from && m.body.kind === 'text' ? [m.body.text] : []))
      expect([texts(1), texts(2)]).toEqual(told)
      for (const phone of phones)
        expect(shown(phone, 102).slice(-20)).toEqual(
          model
            .messages(102)
            .slice(-20)
            .map((m) => [m.body.kind === 'text' ? m.body.text : '', 'sent']),
        )
      for (const phone of phones) phone.network = 'fine'
      await clock.run(320_000)
      const posts = phones.map((phone) => phone.posts.length)
      phones[0]?.tell(say('by socket', 102))
      await clock.run(100)
      expect(phones.map((phone) => phone.posts.length)).toEqual(posts)
      for (const phone of phones) expect(shown(phone, 102).at(-1)?.[0]).toBe('by socket')
    },
  )

  it('[Y14] news arrives within a call and its pulls, a second apart at most', async () => {
    const { clock, phones } = await pair('refused')
    await clock.run(20_000)
    const [anna, ben] = phones
    const { length } = ben!.posts
    for (let n = 0; n < 10; n++) {
      anna!.tell(say(`quick ${n}`, 102))
      await clock.run(1_500)
      expect(shown(ben!, 102).at(-1)?.[0]).toBe(`quick ${n}`)
    }
    expect(ben!.posts.length - length).toBeLessThanOrEqual(40)
  })
})
