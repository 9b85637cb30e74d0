import { describe, expect, it } from 'vitest'
import { Model } from './test-model'
import { Phone } from './test-world'

const chat = 100
const world = (): Model => {
  const model = new Model()
  model.addUser(1)
  model.addUser(2)
  model.befriend(chat, 1, 2)
  return model
}
const text = (t: string) => ({ kind: 'text' as const, text: t })
const say = (model: Model, from: number, t: string) =>
  model.call(
    from,
    'chat.sendMessage',
    { conversationId: chat, clientId: `c-${t}`, body: text(t), seenSeq: 0 },
    5,
  )

describe('engine', () => {
  it('[Y8] signs in, catches up, shows chats, sends and reads', async () => {
    const model = world()
    say(model, 2, 'hello')
    const phone = await new Phone({ model }).signIn()
    await phone.run(50)
    const { engine } = phone
    expect(engine.session()).toMatchObject({ state: 'signedIn', userId: 1, me: { name: 'User 1' } })
    expect([engine.current(), engine.link()]).toEqual([true, 'live'])
    expect(engine.chats()).toMatchObject([
      {
        conversationId: chat,
        peer: { name: 'User 2' },
        unread: 1,
        last: { body: text('hello'), mine: false },
      },
    ])
    expect(engine.unreadTotal()).toBe(1)
    phone.tell({ is: 'openRoom', conversationId: chat })
    phone.tell({ is: 'seen', conversationId: chat, seq: 1 })
    expect(engine.unreadTotal()).toBe(0)
    const ticket = phone.tell({
      is: 'call',
      op: 'chat.sendMessage',
      input: { conversationId: chat, body: text('hi'), seenSeq: 1 },
    })
    expect(engine.room(chat).messages.map((m) => m.send.state)).toEqual(['sent', 'sending'])
    const { key } = engine.room(chat).messages[1]!
    await phone.run(50)
    expect(phone.result(ticket)).toMatchObject({ ok: true, value: { seq: 2 } })
    expect(engine.room(chat).messages[1]).toMatchObject({ key, seq: 2, send: { state: 'sent' } })
    expect(engine.pendingCount()).toBe(0)
    expect(model.stream(chat).rows.get('place:1')).toMatchObject({ read: { seq: 2, countable: 2 } })
    await phone.run(3_000)
    const again = await new Phone({ disk: phone.kill() }).boot()
    expect(again.engine.room(chat).messages).toHaveLength(2)
    expect([...again.disk.keys()].filter((k) => k.startsWith('act/'))).toEqual([])
  })
})
