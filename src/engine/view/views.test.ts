import { describe, expect, it } from 'vitest'
import type { StreamRow } from '../../../protocol/records'
import { Model, profileOf } from '../test-model'
import { Phone } from '../test-world'

const text = (t: string) => ({ kind: 'text' as const, text: t })
function world(peers: number): Model {
  const model = new Model()
  model.addUser(1)
  for (let id = 2; id < 2 + peers; id++) {
    model.addUser(id)
    model.befriend(100 + id, 1, id)
  }
  return model
}
const say = (model: Model, from: number, conversationId: number, t: string, at: number) =>
  model.call(
    from,
    'chat.sendMessage',
    { conversationId, clientId: `id-${from}-${t}`, body: text(t), seenSeq: 0 },
    at,
  )
const ready = async (model: Model) => {
  const phone = await new Phone({ model }).signIn()
  await phone.run(200)
  return phone
}
const order = (phone: Phone) => phone.engine.chats().map((c) => c.conversationId)

describe('chats', () => {
  it('[S5] come newest first, and a change moves one row and leaves the other objects as they were', async () => {
    const model = world(4)
    const phone = await ready(model)
    const before = phone.engine.chats()
    expect(order(phone)).toEqual([105, 104, 103, 102])
    expect(phone.engine.chats()).toBe(before)
    say(model, 3, 103, 'up', 9_000)
    await phone.run(10)
    const after = phone.engine.chats()
    expect(order(phone)).toEqual([103, 105, 104, 102])
    expect(
      [after[1], after[2], after[3]].map((row, i) => row === [before[0], before[1], before[3]][i]),
    ).toEqual([true, true, true])
    expect(before.map((c) => c.conversationId)).toEqual([105, 104, 103, 102])
    say(model, 2, 102, 'x', 8_000)
    say(model, 5, 105, 'y', 8_000)
    await phone.run(10)
    expect(order(phone)).toEqual([103, 105, 102, 104])
    expect(phone.engine.unreadTotal()).toBe(3)
  })

  it('[O2] show the newest act with its state; a failed one does not hide what came after it', async () => {
    const model = world(1)
    const phone = await ready(model)
    phone.drop()
    phone.tell({
      is: 'call',
      op: 'chat.sendMessage',
      input: { conversationId: 102, body: text('mine'), seenSeq: 0 },
    })
    phone.tell({ is: 'setDraft', conversationId: 102, text: 'draft' })
    expect(phone.engine.chats()[0]).toMatchObject({
      last: { body: text('mine'), mine: true, send: { state: 'waiting' } },
      draft: 'draft',
    })
    phone.tell({ is: 'setDraft', conversationId: 102, text: '' })
    expect(phone.engine.chats()[0]?.draft).toBe('')

    const manual = await new Phone().live()
    const entry: StreamRow = { k: 'entry', v: 1, conversationId: 102, kind: 'direct', peerId: 2, at: 1 }
    manual.socket.hear({ t: 'ev', ev: 'sync.changed', data: { stream: 1, from: 0, to: 1, rows: [entry] } })
    expect(manual.engine.chats()).toMatchObject([{ last: undefined, at: 1, unread: 0, peer: undefined }])
    manual.tell({
      is: 'call',
      op: 'chat.sendMessage',
      input: { conversationId: 102, body: text('mine'), seenSeq: 0 },
    })
    await manual.run()
    expect(manual.engine.chats()[0]?.last?.send).toMatchObject({ state: 'sending' })
    manual.socket.refuse('chat.sendMessage', { code: 'notFriends' })
    expect(manual.engine.chats()[0]?.last?.send).toEqual({ state: 'failed', code: 'notFriends' })
    const row: StreamRow = {
      k: 'message',
      v: 1,
      seq: 1,
      from: 2,
      clientId: 'c',
      at: manual.clock.now + 9,
      countable: 1,
      body: text('theirs'),
    }
    manual.socket.hear({ t: 'ev', ev: 'sync.changed', data: { stream: 102, from: 0, to: 1, rows: [row] } })
    expect(manual.engine.chats()[0]?.last).toMatchObject({ body: text('theirs'), mine: false })
    expect(manual.engine.room(102).messages.map((m) => m.key)).toEqual([
      's1',
      expect.stringContaining('phone'),
    ])
  })

  it('[Y6] a chat whose entry a reset took away is gone', async () => {
    const model = world(2)
    const phone = await ready(model)
    expect(order(phone)).toEqual([103, 102])
    model.stream(1).rows.delete('entry:103')
    phone.drop()
    model.stream(1).version = 1
    await phone.run(5_000)
    expect(order(phone)).toEqual([102])
  })
})

describe('room', () => {
  it('[S1] says whether one may speak, by the same rule as the server', async () => {
    const model = world(1)
    model.change(1, { k: 'entry', conversationId: 777, kind: 'direct', peerId: 9, at: 1 })
    const phone = await ready(model)
    expect(phone.engine.room(102).canSpeak).toEqual({ ok: true })
    expect(phone.engine.room(777).canSpeak).toEqual({ ok: false, code: 'notFriends' })
    expect(phone.engine.room(555).canSpeak).toEqual({ ok: false, code: 'notMember' })
  })

  it('[O5] is the same object until something of it changes, and keeps its messages when only the draft does', async () => {
    const model = world(2)
    say(model, 2, 102, 'hi', 5)
    const phone = await ready(model)
    phone.tell({ is: 'openRoom', conversationId: 102 })
    const before = phone.engine.room(102)
    say(model, 3, 103, 'elsewhere', 6)
    await phone.run(10)
    phone.engine.room(103)
    phone.engine.room(104)
    expect(phone.engine.room(102)).toBe(before)
    phone.tell({ is: 'setDraft', conversationId: 102, text: 'd' })
    const after = phone.engine.room(102)
    expect([after === before, after.draft, after.messages === before.messages]).toEqual([false, 'd', true])
  })

  it('[S2] shows messages by seq, then acts in the order they were made, and tips by their seq', async () => {
    const model = world(1)
    model.change(102, {
      k: 'message',
      seq: 1,
      from: 1,
      clientId: '',
      at: 1,
      countable: 0,
      body: { kind: 'tip', tip: 'friendsNow' },
    })
    const phone = await ready(model)
    phone.drop()
    for (const t of ['a', 'b'])
      phone.tell({
        is: 'call',
        op: 'chat.sendMessage',
        input: { conversationId: 102, body: text(t), seenSeq: 0 },
      })
    const shown = phone.engine.room(102).messages
    expect(shown.map((m) => [m.seq, m.mine])).toEqual([
      [1, true],
      [undefined, true],
      [undefined, true],
    ])
    expect([shown[0]?.key, shown[1]?.key === shown[1]?.clientId]).toEqual(['s1', true])
  })
})

describe('contacts', () => {
  it('[C5] come by letter, # last, then by sortKey, then by id', async () => {
    const model = world(5)
    const named = (id: number, letter: string, sortKey: string) =>
      model.profiles.set(id, { ...profileOf(id), letter, sortKey })
    named(2, '#', '1')
    named(3, 'B', 'bo')
    named(4, 'A', 'b')
    named(5, 'A', 'a')
    named(6, 'A', 'b')
    const phone = await ready(model)
    expect(phone.engine.contacts().map((c) => c.profile.id)).toEqual([5, 4, 6, 3, 2])
    expect(phone.engine.contacts()).toBe(phone.engine.contacts())
    expect(phone.engine.contacts()[0]?.conversationId).toBe(105)
    named(7, '#', '0')
    model.addUser(8)
    model.profiles.set(7, { ...profileOf(7), letter: '#', sortKey: '0' })
    model.befriend(107, 1, 7)
    await phone.run(10)
    expect(phone.engine.contacts().map((c) => c.profile.id)).toEqual([5, 4, 6, 3, 7, 2])
  })

  it('[C2] requests come newest first, with their peers', async () => {
    const model = world(1)
    const request = { k: 'request' as const, fromId: 2, toId: 1, message: 'hi', state: 'pending' as const }
    model.change(
      1,
      { ...request, id: 5, at: 50 },
      { ...request, id: 6, at: 50 },
      { ...request, id: 7, at: 40 },
    )
    const phone = await ready(model)
    expect(phone.engine.requests().map((r) => r.id)).toEqual([6, 5, 7])
    expect(phone.engine.requests()[0]).toMatchObject({ peerId: 2, peer: { name: 'User 2' }, incoming: true })
  })
})

describe('asking and answering without a network', () => {
  const ask = (userId: number, message: string) =>
    ({ is: 'call', op: 'contacts.requestFriend', input: { userId, message } }) as const
  const lines = (phone: Phone) =>
    phone.engine
      .requests()
      .map(({ id, peerId, state, act }) => [id, peerId, state, act?.send.state, act?.free])

  it('[O6] waits for all to see, and can be taken back until it has left', async () => {
    const model = world(2)
    model.addUser(9)
    const request = { k: 'request' as const, toId: 1, message: 'hi', state: 'pending' as const, at: 50 }
    model.change(1, { ...request, id: 5, fromId: 9 })
    const phone = await ready(model)
    phone.tell({ is: 'network', online: false })
    const asked = phone.tell(ask(8, 'hello'))
    const accepted = phone.tell({ is: 'call', op: 'contacts.acceptRequest', input: { requestId: 5 } })
    await phone.run(50)
    expect(lines(phone)).toEqual([
      [undefined, 8, 'pending', 'waiting', true],
      [5, 9, 'accepted', 'waiting', true],
    ])
    for (const { act } of phone.engine.requests()) phone.tell({ is: 'cancel', clientId: act?.clientId ?? '' })
    expect(lines(phone)).toEqual([[5, 9, 'pending', undefined, undefined]])
    const cancelled = { ok: false, error: { code: 'cancelled' } }
    expect([phone.result(asked), phone.result(accepted)]).toEqual([cancelled, cancelled])
    phone.tell({ is: 'network', online: true })
    await phone.run(1_000)
    expect(model.calls.filter(({ op }) => op.startsWith('contacts.'))).toEqual([])
  })

  it('[C2] [O5] leaves with the network, and asking anew is one line with what was asked before', async () => {
    const model = world(1)
    const phone = await ready(model)
    model.change(1, { k: 'request', id: 5, fromId: 1, toId: 8, message: 'hi', state: 'pending', at: 50 })
    await phone.run(50)
    phone.drop()
    phone.tell(ask(8, 'hello again'))
    expect(lines(phone)).toEqual([[5, 8, 'pending', 'waiting', true]])
    phone.tell({ is: 'foreground' })
    await phone.run(1_000)
    expect(lines(phone)).toEqual([[5, 8, 'pending', undefined, undefined]])
    expect(model.calls.filter(({ op }) => op === 'contacts.requestFriend')).toHaveLength(1)
  })

  it('[Y13] whoever was found is known by name, also without a network', async () => {
    const phone = await new Phone().live()
    phone.tell({ is: 'call', op: 'contacts.searchAccount', input: { account: 'ben' } })
    phone.socket.answer('contacts.searchAccount', { profile: profileOf(8) })
    phone.tell({ is: 'network', online: false })
    phone.tell(ask(8, 'hello'))
    expect([phone.engine.profile(8)?.name, phone.engine.requests()[0]?.peer?.name]).toEqual([
      'User 8',
      'User 8',
    ])
  })
})

describe('session view', () => {
  it('[A1] is the same object until it or the own profile changes', async () => {
    const model = world(0)
    const phone = await ready(model)
    const before = phone.engine.session()
    expect(before).toMatchObject({ state: 'signedIn', me: { id: 1, name: 'User 1' } })
    expect(phone.engine.session()).toBe(before)
    model.change(1, { k: 'profile', ...profileOf(1), name: 'Anna' })
    await phone.run(10)
    expect(phone.engine.session()).toMatchObject({ me: { name: 'Anna' } })
    phone.tell({ is: 'signOut' })
    const out = phone.engine.session()
    expect([out.state, phone.engine.session() === out]).toEqual(['signedOut', true])
  })
})
