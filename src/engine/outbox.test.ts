import { describe, expect, it } from 'vitest'
import { limits } from '../../protocol/limits'
import type { StreamRow } from '../../protocol/records'
import { digestOf } from '../../protocol/wire'
import { acts, changed, reconnect, row, say, sends, shown, texts } from './test-chat'
import { Phone } from './test-world'

describe('outbox', () => {
  it('[O1] an act is on disk before it is sent', async () => {
    const phone = await new Phone().live()
    phone.holdWrites = true
    phone.tell(say('one'))
    await phone.run(1_000)
    expect([shown(phone), sends(phone)]).toEqual([[['one', 'sending']], []])
    phone.release()
    await phone.run()
    expect(texts(phone)).toEqual(['one'])
    expect(phone.disk.get(`act/1/${sends(phone)[0]!.clientId}`)).toContain('"one"')
  })

  it('[O1] shows whether an act waits, or is on its way and since when', async () => {
    const phone = await new Phone().live()
    phone.drop()
    const send = () => phone.engine.room(100).messages[0]?.send
    phone.tell(say('one'))
    expect(send()).toEqual({ state: 'waiting' })
    await phone.run(limits.reconnectMs[0])
    await phone.welcome()
    expect(send()).toEqual({ state: 'sending', since: phone.clock.now })
    phone.drop()
    expect(send()).toEqual({ state: 'waiting' })
  })

  it('[O2] one unanswered act per conversation, in order; conversations do not wait for each other', async () => {
    const phone = await new Phone().live()
    for (const text of ['a1', 'a2']) phone.tell(say(text, 100))
    for (const text of ['b1', 'b2']) phone.tell(say(text, 200))
    phone.tell({ is: 'call', op: 'contacts.acceptRequest', input: { requestId: 5 } })
    await phone.run()
    expect(texts(phone)).toEqual(['a1', 'b1'])
    expect(phone.socket.requests('contacts.acceptRequest')).toHaveLength(1)
    phone.socket.answer('chat.sendMessage', { seq: 1, at: 1 }, 1)
    await phone.run()
    expect(texts(phone)).toEqual(['a1', 'b1', 'b2'])
    phone.socket.answer('chat.sendMessage', { seq: 1, at: 1 }, 0)
    await phone.run()
    expect(texts(phone)).toEqual(['a1', 'b1', 'b2', 'a2'])
  })

  it('[O3] what got no answer is sent again with the same clientId, in order', async () => {
    const phone = await new Phone().live()
    phone.tell(say('one'))
    phone.tell(say('two'))
    await phone.run()
    const [first] = sends(phone)
    await reconnect(phone)
    expect(sends(phone)).toEqual([first])
    await phone.run(limits.requestTimeoutMs - 1)
    expect(sends(phone)).toHaveLength(1)
    phone.socket.answer('sync.heads', { heads: [{ stream: 1, version: 0 }], cursor: null })
    await phone.run(1 + limits.outboxRetryMs[0])
    expect(sends(phone)).toEqual([first, first])
  })

  it('[O3] also after the app was killed, in the order they were made', async () => {
    const phone = await new Phone().live()
    for (const text of ['one', 'two', 'three']) phone.tell(say(text))
    await phone.run()
    const [first] = sends(phone)
    const again = await new Phone({ disk: phone.kill() }).boot()
    expect(shown(again)).toEqual([
      ['one', 'waiting'],
      ['two', 'waiting'],
      ['three', 'waiting'],
    ])
    await again.welcome()
    expect(sends(again)).toEqual([first])
    again.socket.answer('chat.sendMessage', { seq: 1, at: 1 })
    again.tell(say('four'))
    await again.run()
    again.socket.answer('chat.sendMessage', { seq: 2, at: 1 })
    await again.run()
    again.socket.answer('chat.sendMessage', { seq: 3, at: 1 })
    await again.run()
    expect(texts(again)).toEqual(['one', 'two', 'three', 'four'])
  })

  it('[O4] never: it fails, says why, and does not hold up the next', async () => {
    const phone = await new Phone().live()
    const ticket = phone.tell(say('one'))
    phone.tell(say('two'))
    await phone.run()
    phone.socket.refuse('chat.sendMessage', { code: 'notFriends' })
    await phone.run()
    expect(phone.result(ticket)).toEqual({ ok: false, error: { code: 'notFriends' } })
    expect(phone.engine.room(100).messages[0]?.send).toEqual({ state: 'failed', code: 'notFriends' })
    expect(texts(phone)).toEqual(['one', 'two'])
    const again = await new Phone({ disk: phone.kill() }).boot()
    expect(shown(again)).toEqual([
      ['one', 'failed'],
      ['two', 'waiting'],
    ])
  })

  it('[O4] same: at once, and when that is refused as well, after a back-off', async () => {
    const phone = await new Phone().live()
    phone.tell(say('one'))
    await phone.run()
    phone.socket.refuse('chat.sendMessage', { code: 'draining' })
    expect(sends(phone)).toHaveLength(2)
    phone.socket.refuse('chat.sendMessage', { code: 'draining' })
    expect(sends(phone)).toHaveLength(2)
    await phone.run(limits.outboxRetryMs[1])
    expect(sends(phone)).toHaveLength(3)
  })

  it('[O4] later: after a growing wait, or the one the server asks for; the next waits too', async () => {
    const phone = await new Phone().live()
    phone.tell(say('one'))
    phone.tell(say('two'))
    await phone.run()
    for (const step of limits.outboxRetryMs.slice(0, 3)) {
      const { length } = sends(phone)
      phone.socket.refuse('chat.sendMessage', { code: 'internal' })
      await phone.run(step * 0.75 - 1)
      expect(sends(phone)).toHaveLength(length)
      await phone.run(1)
      expect(sends(phone)).toHaveLength(length + 1)
    }
    phone.socket.refuse('chat.sendMessage', { code: 'tooManyRequests', data: { retryAfterMs: 12_000 } })
    await phone.run(12_000 + limits.outboxRetryMs[3] * 0.25 - 1)
    expect(sends(phone)).toHaveLength(4)
    await phone.run(1)
    expect(texts(phone)).toEqual(['one', 'one', 'one', 'one', 'one'])
  })

  it('[O4] draws the wait, so that phones which were refused together do not come back together', async () => {
    const waitOf = async (unit: number, retryAfterMs: number) => {
      const phone = await new Phone().live()
      phone.unit = unit
      phone.tell(say('one'))
      await phone.run()
      phone.socket.refuse('chat.sendMessage', { code: 'overloaded', data: { retryAfterMs } })
      const { now } = phone.clock
      while (sends(phone).length === 1) await phone.run(1)
      return phone.clock.now - now
    }
    const [step] = limits.outboxRetryMs
    expect([await waitOf(0, 0), await waitOf(0.998, 0)]).toEqual([step / 2, step - 1])
    expect([await waitOf(0, 9_000), await waitOf(0.998, 9_000)]).toEqual([9_000, 9_000 + step / 2 - 1])
  })

  it('[O4] an act on which the server breaks again and again fails, and the next goes', async () => {
    const phone = await new Phone().live()
    phone.tell(say('poison'))
    phone.tell(say('next'))
    for (let n = 0; n <= limits.internalTriesMax; n++) {
      await phone.run(n && limits.outboxRetryMs[n - 1])
      phone.socket.refuse('chat.sendMessage', { code: 'internal' })
    }
    await phone.run()
    expect(texts(phone).at(-1)).toBe('next')
    expect(shown(phone)).toEqual([
      ['poison', 'failed'],
      ['next', 'sending'],
    ])
  })

  it('[O5] the act leaves in the step in which its row enters, whichever comes first', async () => {
    for (const ackFirst of [true, false]) {
      const phone = await new Phone().live()
      const ticket = phone.tell(say('one'))
      await phone.run()
      const { key } = phone.engine.room(100).messages[0]!
      const enters = () => phone.socket.hear(changed(100, 0, [row(sends(phone)[0]!, 1)]))
      const ack = () => phone.socket.answer('chat.sendMessage', { seq: 1, at: 5001 })
      if (ackFirst) ack()
      else enters()
      expect(shown(phone)).toEqual([['one', 'sent']])
      expect(phone.engine.pendingCount()).toBe(0)
      if (ackFirst) enters()
      else ack()
      expect(phone.engine.room(100).messages).toMatchObject([
        { key, seq: 1, at: 5001, send: { state: 'sent' } },
      ])
      expect(phone.result(ticket)).toEqual({ ok: true, value: { seq: 1, at: 5001 } })
      await phone.run(1_000)
      expect(acts(phone)).toEqual([])
    }
  })

  it('[O5] [Y9] an act whose row changed again before it came leaves with a digest that is asked for', async () => {
    const phone = await new Phone().live()
    const asked = { k: 'request', id: 5, fromId: 2, toId: 1, message: 'hi', state: 'pending', at: 1 } as const
    phone.socket.hear(changed(1, 0, [{ ...asked, v: 1 }]))
    const state = () => phone.engine.requests()[0]?.state
    const pings = () => phone.socket.sent.filter(({ t }) => t === 'ping').length
    phone.tell({ is: 'call', op: 'contacts.refuseRequest', input: { requestId: 5 } })
    await phone.run()
    phone.socket.answer('contacts.refuseRequest', { at: 2 })
    await phone.run(1_999)
    expect([state(), pings()]).toEqual(['refused', 0])
    await phone.run(1)
    expect(pings()).toBe(1)
    phone.socket.hear({ t: 'pong', digest: digestOf([[1, 1]]) })
    await phone.run(5_000)
    expect([state(), pings()]).toEqual(['pending', 1])
  })

  it('[O5] [Y9] … and is asked for again when it came while something was being fetched', async () => {
    const phone = await new Phone().live()
    const asked = { k: 'request', id: 5, fromId: 2, toId: 1, message: 'hi', state: 'pending', at: 1 } as const
    phone.socket.hear(changed(1, 0, [{ ...asked, v: 1 }]))
    phone.tell({ is: 'call', op: 'contacts.refuseRequest', input: { requestId: 5 } })
    await phone.run()
    phone.socket.answer('contacts.refuseRequest', { at: 2 })
    await phone.run(2_000)
    phone.socket.hear({ t: 'pong', digest: 7 })
    await phone.run()
    phone.socket.answer('sync.heads', { heads: [{ stream: 1, version: 1 }], cursor: null })
    await phone.run(2_000)
    expect(phone.socket.sent.filter(({ t }) => t === 'ping').length).toBe(2)
    phone.socket.hear({ t: 'pong', digest: digestOf([[1, 1]]) })
    await phone.run()
    expect(phone.engine.requests()[0]?.state).toBe('pending')
  })

  it('[O5] its copy on disk goes in the batch that stores the row', async () => {
    const phone = await new Phone().live()
    phone.tell(say('one'))
    await phone.run()
    phone.socket.answer('chat.sendMessage', { seq: 1, at: 5001 })
    await phone.run(5_000)
    expect(acts(phone)).toHaveLength(1)
    phone.socket.hear(changed(100, 0, [row(sends(phone)[0]!, 1)]))
    await phone.run(1_000)
    const last = phone.batches.at(-1)!
    expect([last.put.map(([key]) => key), last.remove]).toEqual([
      ['mirror/1/100'],
      [`act/1/${sends(phone)[0]!.clientId}`],
    ])
  })

  it('[O5] after a kill between the two, an act whose row is in the mirror is gone', async () => {
    const phone = await new Phone().live()
    phone.tell(say('one'))
    await phone.run()
    const disk = new Map(phone.disk)
    phone.socket.hear(changed(100, 0, [row(sends(phone)[0]!, 1)]))
    await phone.run(1_000)
    const both = new Map([...disk, ...phone.disk])
    expect(acts(await new Phone({ disk: both }).boot())).toHaveLength(1)
    const again = await new Phone({ disk: both }).boot()
    expect(shown(again)).toEqual([['one', 'sent']])
    await again.run(1_000)
    expect(acts(again)).toEqual([])
  })

  it('[O5] an answered act whose row never shows goes when a later row, a reset or the digest proves it', async () => {
    const later = await new Phone().live()
    later.tell(say('one'))
    await later.run()
    later.socket.answer('chat.sendMessage', { seq: 1, at: 1 })
    later.socket.hear(changed(100, 0, [{ ...row(sends(later)[0]!, 2), from: 2, clientId: 'other' }]))
    expect(shown(later)).toEqual([['one', 'sent']])

    const reset = await new Phone().live()
    reset.tell(say('one'))
    await reset.run()
    reset.socket.answer('chat.sendMessage', { seq: 1, at: 1 })
    reset.socket.hear(changed(100, 90, [row(sends(reset)[0]!, 60)]))
    reset.socket.answer('sync.pull', {
      stream: 100,
      reset: true,
      from: 0,
      to: 91,
      head: 91,
      more: false,
      rows: [{ ...row(sends(reset)[0]!, 60, 91), from: 2, clientId: 'other' }],
    })
    expect(reset.engine.room(100).messages).toHaveLength(1)

    const digest = await new Phone().live()
    digest.tell(say('one'))
    await digest.run()
    digest.socket.answer('chat.sendMessage', { seq: 1, at: 1 })
    digest.socket.hear({ t: 'pong', digest: digestOf([[1, 0]]) })
    expect(shown(digest)).toEqual([])
  })

  it('[O5] contact acts fold onto requests and leave when their row has changed', async () => {
    const phone = await new Phone().live()
    const request = (id: number, v: number, state: 'pending' | 'accepted' | 'refused'): StreamRow => ({
      k: 'request',
      v,
      id,
      fromId: 2,
      toId: 1,
      message: 'hi',
      state,
      at: id,
    })
    phone.socket.hear(changed(1, 0, [request(7, 1, 'pending'), request(8, 2, 'pending')]))
    const accept = phone.tell({ is: 'call', op: 'contacts.acceptRequest', input: { requestId: 7 } })
    phone.tell({ is: 'call', op: 'contacts.refuseRequest', input: { requestId: 8 } })
    const ask = phone.tell({ is: 'call', op: 'contacts.requestFriend', input: { userId: 3, message: '' } })
    expect(phone.engine.requests().map((r) => [r.id, r.state, r.act?.send.state])).toEqual([
      [undefined, 'pending', 'sending'],
      [8, 'refused', 'sending'],
      [7, 'accepted', 'sending'],
    ])
    await phone.run()
    phone.socket.answer('contacts.acceptRequest', { conversationId: 100, at: 1 })
    await phone.run()
    expect(phone.result(accept)).toEqual({ ok: true, value: { conversationId: 100, at: 1 } })
    expect(phone.engine.requests()[2]).toMatchObject({ state: 'accepted', act: { send: { state: 'sent' } } })
    phone.socket.hear(changed(1, 2, [request(7, 3, 'accepted')]))
    phone.socket.refuse('contacts.refuseRequest', { code: 'requestClosed' })
    await phone.run()
    expect(phone.engine.requests().map((r) => [r.state, r.act?.send.state])).toEqual([
      ['pending', 'sending'],
      ['pending', undefined],
      ['accepted', undefined],
    ])
    phone.socket.answer('contacts.requestFriend', { requestId: 9, at: 1 })
    phone.socket.hear(
      changed(1, 3, [{ ...request(9, 4, 'pending'), k: 'request', fromId: 1, toId: 3 } as StreamRow]),
    )
    await phone.run(1_000)
    expect([phone.result(ask)?.ok, phone.engine.requests()[0]?.incoming, acts(phone)]).toEqual([
      true,
      false,
      [],
    ])
  })
})
