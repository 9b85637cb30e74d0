import { describe, expect, it } from 'vitest'
import { limits } from '../../protocol/limits'
import { Model } from './test-model'
import { Phone } from './test-world'

const chat = 100
const text = (t: string) => ({ kind: 'text' as const, text: t })
function world(messages: number): Model {
  const model = new Model()
  model.addUser(1)
  model.addUser(2)
  model.befriend(chat, 1, 2)
  for (let n = 1; n <= messages; n++) say(model, 2, `m${n}`)
  return model
}
const say = (model: Model, from: number, t: string) =>
  model.call(
    from,
    'chat.sendMessage',
    { conversationId: chat, clientId: `id-${from}-${t}`, body: text(t), seenSeq: 0 },
    5,
  )
const ready = async (model: Model) => {
  const phone = await new Phone({ model }).signIn()
  await phone.run(200)
  expect(phone.engine.current()).toBe(true)
  return phone
}
const room = (phone: Phone) => phone.engine.room(chat)
const marks = (model: Model) => model.calls.filter((c) => c.op === 'chat.markRead').map((c) => c.input)
const seen = (phone: Phone, seq: number) => phone.tell({ is: 'seen', conversationId: chat, seq })
const open = (phone: Phone, conversationId: number | null = chat) =>
  phone.tell({ is: 'openRoom', conversationId })

describe('reading', () => {
  it('[R1] what is drawn is marked, only upwards and never beyond the head', async () => {
    const model = world(5)
    const phone = await ready(model)
    open(phone)
    seen(phone, 3)
    await phone.run(10)
    seen(phone, 2)
    seen(phone, 3)
    seen(phone, 99)
    await phone.run(10)
    expect(marks(model)).toEqual([
      { conversationId: chat, seq: 3 },
      { conversationId: chat, seq: 5 },
    ])
    expect(phone.engine.unreadTotal()).toBe(0)
  })

  it('[R2] unread goes at once, before the server has answered', async () => {
    const phone = await ready(world(5))
    expect([phone.engine.unreadTotal(), room(phone).unread, phone.engine.chats()[0]?.unread]).toEqual([
      5, 5, 5,
    ])
    phone.drop()
    seen(phone, 4)
    expect([phone.engine.unreadTotal(), room(phone).unread, phone.engine.chats()[0]?.unread]).toEqual([
      1, 1, 1,
    ])
  })

  it('[R3] own messages are never unread, and a send carries what was drawn', async () => {
    const model = world(2)
    const phone = await ready(model)
    open(phone)
    seen(phone, 1)
    phone.tell({
      is: 'call',
      op: 'chat.sendMessage',
      input: { conversationId: chat, body: text('mine'), seenSeq: 0 },
    })
    await phone.run(50)
    expect(model.calls.filter((c) => c.op === 'chat.sendMessage').at(-1)?.input).toMatchObject({ seenSeq: 1 })
    expect(phone.engine.unreadTotal()).toBe(2)
    seen(phone, 2)
    expect(phone.engine.unreadTotal()).toBe(0)
    await phone.run(50)
    say(model, 1, 'from my other phone')
    await phone.run(50)
    expect(phone.engine.unreadTotal()).toBe(0)
  })

  it('[R1] nothing is marked in the background; coming back marks what is on screen', async () => {
    const model = world(1)
    const phone = await ready(model)
    open(phone)
    phone.tell({ is: 'background' })
    seen(phone, 1)
    await phone.run(50)
    expect([marks(model), phone.engine.unreadTotal()]).toEqual([[], 1])
    phone.tell({ is: 'foreground' })
    await phone.run(50)
    expect([marks(model), phone.engine.unreadTotal()]).toEqual([[{ conversationId: chat, seq: 1 }], 0])
    open(phone, null)
    phone.tell({ is: 'foreground' })
    await phone.run(50)
    expect(marks(model)).toHaveLength(1)
  })

  it('[R1] the divider stands where reading stopped when the room was opened', async () => {
    const model = world(3)
    const phone = await ready(model)
    seen(phone, 1)
    open(phone)
    expect(room(phone).openedAtSeq).toBe(1)
    seen(phone, 3)
    await phone.run(50)
    expect([room(phone).openedAtSeq, room(phone).unread]).toEqual([1, 0])
    open(phone, null)
    expect(room(phone).openedAtSeq).toBe(3)
  })

  it('[R1] also when the room was opened before anything of it was known', async () => {
    const model = world(2)
    const phone = new Phone({ model })
    open(phone)
    expect(room(phone)).toMatchObject({ openedAtSeq: undefined, peerId: undefined })
    await phone.signIn()
    await phone.run(200)
    model.change(chat, {
      k: 'place',
      userId: 1,
      role: 'member',
      read: { seq: 2, countable: 2 },
      joined: { seq: 0, countable: 0 },
    })
    await phone.run(50)
    expect(room(phone)).toMatchObject({ openedAtSeq: 0, unread: 0, peerId: 2 })
    const empty = await new Phone().live()
    expect(room(empty)).toMatchObject({ openedAtSeq: undefined, canSpeak: { ok: true }, peer: undefined })
  })

  it('[R5] the peer has read what lies at or below his mark', async () => {
    const model = world(0)
    const phone = await ready(model)
    for (const t of ['a', 'b'])
      phone.tell({
        is: 'call',
        op: 'chat.sendMessage',
        input: { conversationId: chat, body: text(t), seenSeq: 0 },
      })
    await phone.run(50)
    const before = room(phone).messages
    model.call(2, 'chat.markRead', { conversationId: chat, seq: 1 }, 6)
    await phone.run(50)
    const after = room(phone).messages
    expect(after.map((m) => m.readByPeer)).toEqual([true, false])
    expect([after[0] === before[0], after[1] === before[1]]).toEqual([false, true])
  })
})

describe('history', () => {
  it('[Y10] older messages join the open room, page by page, and go when it is left', async () => {
    const phone = await ready(world(120))
    expect([room(phone).messages.length, room(phone).more]).toEqual([limits.windowMessages, true])
    open(phone)
    const ticket = phone.tell({ is: 'loadOlder', conversationId: chat })
    expect(room(phone).loadingOlder).toBe(true)
    expect(phone.result(phone.tell({ is: 'loadOlder', conversationId: chat }))?.ok).toBe(true)
    await phone.run(50)
    expect([phone.result(ticket)?.ok, room(phone).messages.length, room(phone).loadingOlder]).toEqual([
      true,
      100,
      false,
    ])
    phone.tell({ is: 'loadOlder', conversationId: chat })
    await phone.run(50)
    expect([room(phone).messages.map((m) => m.seq), room(phone).more]).toEqual([
      Array.from({ length: 120 }, (_, i) => i + 1),
      false,
    ])
    const { length } = phone.socket.sent
    expect(phone.result(phone.tell({ is: 'loadOlder', conversationId: chat }))?.ok).toBe(true)
    expect(phone.socket.sent).toHaveLength(length)
    await phone.run(1_000)
    const stored = JSON.parse(phone.disk.get(`mirror/1/${chat}`)!) as {
      value: { messages: unknown[]; floorSeq: number }
    }
    expect([stored.value.messages.length, stored.value.floorSeq]).toEqual([50, 71])
    open(phone, 999)
    expect([room(phone).messages.length, room(phone).more]).toEqual([limits.windowMessages, true])
  })

  it('[Y10] a change that overtakes its page of history is not lost', async () => {
    const model = world(120)
    const phone = await ready(model)
    open(phone)
    phone.mute = true
    phone.tell({ is: 'loadOlder', conversationId: chat })
    const page = { rows: model.messages(chat).slice(20, 70), more: true }
    const { version: from } = model.stream(chat)
    const edited = { ...model.messages(chat)[29]!, v: from + 1, body: text('edited') }
    const data = { stream: chat, from, to: from + 1, rows: [edited] }
    phone.socket.hear({ t: 'ev', ev: 'sync.changed', data })
    phone.socket.answer('chat.listMessages', page)
    expect(room(phone).messages.find((m) => m.seq === edited.seq)?.body).toEqual(text('edited'))
    expect(room(phone).messages[0]?.seq).toBe(21)
  })

  it('[Y10] without a link it is refused, and a link that breaks ends it', async () => {
    const phone = await ready(world(120))
    open(phone)
    const ticket = phone.tell({ is: 'loadOlder', conversationId: chat })
    phone.drop()
    expect(phone.result(ticket)).toEqual({ ok: false, error: { code: 'offline' } })
    expect(room(phone).loadingOlder).toBe(false)
    expect(phone.result(phone.tell({ is: 'loadOlder', conversationId: chat }))).toEqual({
      ok: false,
      error: { code: 'offline' },
    })
  })

  it('[Y10] a page for a room that was left, or that is refused, changes nothing', async () => {
    const model = world(120)
    const phone = await ready(model)
    open(phone)
    phone.tell({ is: 'loadOlder', conversationId: chat })
    open(phone, null)
    await phone.run(50)
    expect(room(phone).messages).toHaveLength(50)
    open(phone)
    const ticket = phone.tell({ is: 'loadOlder', conversationId: chat })
    phone.socket.refuse('chat.listMessages', { code: 'notMember' })
    expect(phone.result(ticket)).toEqual({ ok: false, error: { code: 'notMember' } })
  })
})

describe('reads', () => {
  const search = { is: 'call', op: 'contacts.searchAccount', input: { account: 'ben' } } as const

  it('[W4] a read is asked again on the next link, and gives up in time', async () => {
    const phone = await new Phone().live()
    const lost = phone.tell(search)
    phone.drop()
    await phone.run(limits.reconnectMs[0])
    await phone.welcome()
    phone.socket.answer('contacts.searchAccount', { profile: null })
    expect(phone.result(lost)).toEqual({ ok: true, value: { profile: null } })
    const unanswered = phone.tell(search)
    phone.socket.answer('sync.heads', { heads: [{ stream: 1, version: 0 }], cursor: null })
    await phone.run(limits.requestTimeoutMs)
    expect(phone.result(unanswered)).toEqual({ ok: false, error: { code: 'timeout' } })
    phone.drop()
    const unasked = phone.tell(search)
    await phone.run(limits.requestTimeoutMs)
    expect(phone.result(unasked)).toEqual({ ok: false, error: { code: 'timeout' } })
  })

  it('[W13] without a network a read is refused at once, also one that waits or was asked', async () => {
    const phone = await new Phone().live()
    const asked = phone.tell(search)
    phone.tell({ is: 'network', online: false })
    expect(phone.result(asked)).toEqual({ ok: false, error: { code: 'offline' } })
    expect(phone.result(phone.tell(search))).toEqual({ ok: false, error: { code: 'offline' } })
    expect(phone.engine.link()).toBe('live')

    const starting = await new Phone().signIn()
    const waiting = starting.tell(search)
    expect(starting.result(waiting)).toBeUndefined()
    starting.tell({ is: 'network', online: false })
    expect(starting.result(waiting)).toEqual({ ok: false, error: { code: 'offline' } })
  })

  it('[W13] a read waits for a link that may come, and no longer than the title does', async () => {
    const phone = await new Phone().live()
    phone.drop()
    const ticket = phone.tell(search)
    await phone.run(limits.reconnectMs[0])
    phone.drop()
    await phone.run(limits.offlineShownAfterMs - limits.reconnectMs[0] - 1)
    expect([phone.engine.link(), phone.result(ticket)]).toEqual(['connecting', undefined])
    phone.drop()
    await phone.run(1)
    expect(phone.engine.link()).toBe('unreachable')
    const silent = { ok: false, error: { code: 'timeout' } }
    expect([phone.result(ticket), phone.result(phone.tell(search))]).toEqual([silent, silent])
  })

  it('[W13] a link that is up is asked, whatever the device says of its network', async () => {
    const phone = await new Phone().live()
    phone.tell({ is: 'network', online: false })
    await phone.run(limits.reconnectMs[0])
    await phone.welcome()
    const ticket = phone.tell(search)
    phone.socket.answer('contacts.searchAccount', { profile: null })
    expect(phone.result(ticket)).toEqual({ ok: true, value: { profile: null } })
  })

  it('[O4] the refusal of a read is handed on as it is', async () => {
    const phone = await new Phone().live()
    const ticket = phone.tell(search)
    phone.socket.refuse('contacts.searchAccount', { code: 'tooManyRequests', data: { retryAfterMs: 9 } })
    expect(phone.result(ticket)).toEqual({
      ok: false,
      error: { code: 'tooManyRequests', data: { retryAfterMs: 9 } },
    })
    const cut = phone.tell(search)
    phone.tell({ is: 'loadOlder', conversationId: 1 })
    phone.tell({ is: 'signOut' })
    expect(phone.result(cut)).toEqual({ ok: false, error: { code: 'cancelled' } })
  })
})
