import { describe, expect, it } from 'vitest'
import { limits } from '../../protocol/limits'
import type { StreamRow } from '../../protocol/records'
import { acts, changed, place, row, say, sends, shown, texts, type Sent } from './test-chat'
import { Phone } from './test-world'

describe('what the outbox keeps and drops', () => {
  it('[O6] an act that never left can be taken back, also after a kill', async () => {
    const phone = await new Phone().live()
    phone.drop()
    const first = phone.tell(say('one'))
    phone.tell(say('two'))
    await phone.run()
    const ids = phone.engine.room(100).messages.map((m) => m.clientId)
    const cancel = phone.tell({ is: 'cancel', clientId: ids[0]! })
    expect([phone.result(first), phone.result(cancel)]).toEqual([
      { ok: false, error: { code: 'cancelled' } },
      { ok: true, value: {} },
    ])
    await phone.run()
    const again = await new Phone({ disk: phone.kill() }).boot()
    expect(shown(again)).toEqual([['two', 'waiting']])
    expect(again.result(again.tell({ is: 'cancel', clientId: ids[1]! }))?.ok).toBe(true)
    await again.run()
    expect([shown(again), acts(again)]).toEqual([[], []])
    expect(again.result(again.tell({ is: 'cancel', clientId: ids[1]! }))).toEqual({
      ok: false,
      error: { code: 'notFound' },
    })
  })

  it('[O6] an act can be taken back until the moment it leaves', async () => {
    const phone = await new Phone().live()
    phone.drop()
    phone.tell(say('one'))
    await phone.run(limits.reconnectMs[0])
    phone.holdWrites = true
    await phone.welcome()
    expect([shown(phone), sends(phone)]).toEqual([[['one', 'sending']], []])
    const { clientId } = phone.engine.room(100).messages[0]!
    expect(phone.result(phone.tell({ is: 'cancel', clientId }))?.ok).toBe(true)
    phone.release()
    await phone.run()
    expect([shown(phone), sends(phone), acts(phone)]).toEqual([[], [], []])
  })

  it('[O6] [O9] an act that was taken back stays away, also where nothing more can be stored', async () => {
    const phone = await new Phone().live()
    phone.drop()
    phone.tell(say('one'))
    await phone.run()
    const { clientId } = phone.engine.room(100).messages[0]!
    phone.roomChars = 0
    phone.holdWrites = true
    phone.tell(say('two'))
    expect(phone.result(phone.tell({ is: 'cancel', clientId }))?.ok).toBe(true)
    phone.release()
    await phone.run(1)
    const again = await new Phone({ disk: phone.kill() }).boot()
    expect(shown(again)).toEqual([])
  })

  it('[O6] an act that may have happened cannot be taken back, not even after a kill', async () => {
    const phone = await new Phone().live()
    phone.drop()
    phone.tell(say('one'))
    await phone.run(limits.reconnectMs[0])
    await phone.welcome()
    expect(sends(phone)).toHaveLength(1)
    const { clientId } = sends(phone)[0]!
    expect(phone.result(phone.tell({ is: 'cancel', clientId }))).toEqual({
      ok: false,
      error: { code: 'conflict' },
    })
    const again = await new Phone({ disk: phone.kill() }).boot()
    expect(again.result(again.tell({ is: 'cancel', clientId }))).toEqual({
      ok: false,
      error: { code: 'conflict' },
    })
    expect(shown(again)).toEqual([['one', 'waiting']])
  })

  it('[O6] a failed act can be sent again with the same clientId, or taken back', async () => {
    const phone = await new Phone().live()
    phone.tell(say('one'))
    await phone.run()
    const [sent] = sends(phone)
    const again = () => phone.tell({ is: 'resend', clientId: sent!.clientId })
    expect(phone.result(again())).toEqual({ ok: false, error: { code: 'conflict' } })
    phone.socket.refuse('chat.sendMessage', { code: 'notFriends' })
    const resent = again()
    await phone.run()
    expect(sends(phone)).toEqual([sent, sent])
    phone.socket.refuse('chat.sendMessage', { code: 'notFriends' })
    expect(phone.result(resent)).toEqual({ ok: false, error: { code: 'notFriends' } })
    phone.tell({ is: 'cancel', clientId: sent!.clientId })
    await phone.run(1_000)
    expect([shown(phone), acts(phone)]).toEqual([[], []])
    expect(phone.result(again())).toEqual({ ok: false, error: { code: 'notFound' } })
  })

  it('[O7] after outboxAgeMsMax an act is not sent any more; sent again by hand it is young', async () => {
    const phone = await new Phone().live()
    phone.drop()
    const ticket = phone.tell(say('one'))
    await phone.run()
    const again = await new Phone({ disk: phone.kill(), clock: phone.clock }).boot()
    await again.run(limits.outboxAgeMsMax - 1)
    expect(shown(again)).toEqual([['one', 'waiting']])
    await again.run(1)
    expect(again.engine.room(100).messages[0]?.send).toEqual({ state: 'failed', code: 'tooOld' })
    expect(phone.result(ticket)).toBeUndefined()
    again.tell({ is: 'resend', clientId: again.engine.room(100).messages[0]!.clientId })
    expect(shown(again)).toEqual([['one', 'waiting']])
  })

  it('[O8] read marks wait as one, with the greatest seq', async () => {
    const phone = await new Phone().live()
    const theirs = (seq: number): StreamRow => ({
      ...row({ clientId: `x${seq}`, body: { text: 'x' } } as Sent, seq),
      from: 2,
    })
    phone.socket.hear(changed(100, 0, [1, 2, 3, 4, 5].map(theirs)))
    phone.tell(say('first'))
    await phone.run()
    for (const seq of [1, 3, 2]) phone.tell({ is: 'seen', conversationId: 100, seq })
    phone.socket.answer('chat.sendMessage', { seq: 6, at: 1 })
    await phone.run()
    const marks = () => phone.socket.requests('chat.markRead').map((r) => (r.in as { seq: number }).seq)
    expect(marks()).toEqual([3])
    phone.tell({ is: 'seen', conversationId: 100, seq: 4 })
    phone.tell({ is: 'seen', conversationId: 100, seq: 5 })
    await phone.run()
    phone.socket.answer('chat.markRead', { read: { seq: 3, countable: 3 } })
    await phone.run()
    expect(marks()).toEqual([3, 5])
    phone.socket.refuse('chat.markRead', { code: 'notMember' })
    await phone.run(1_000)
    expect(acts(phone)).toHaveLength(2)
    phone.socket.hear(changed(100, 5, [place(1, 6, 3)]))
    await phone.run(1_000)
    expect(acts(phone)).toHaveLength(1)
  })

  it('[O9] when storage is short the mirror makes room, and only then acts fail', async () => {
    const phone = await new Phone().live()
    const theirs = (seq: number): StreamRow => ({
      ...row({ clientId: `x${seq}`, body: { text: 'x'.repeat(99) } } as Sent, seq),
      from: 2,
    })
    phone.socket.hear(changed(100, 0, [1, 2, 3, 4, 5].map(theirs)))
    await phone.run(1_000)
    expect(phone.disk.has('mirror/1/100')).toBe(true)
    phone.roomChars = [...phone.disk.values()].join('').length + 10
    phone.tell(say('one'))
    await phone.run(2_000)
    expect([phone.disk.has('mirror/1/100'), acts(phone), texts(phone)]).toMatchObject([false, [/./], ['one']])
    phone.socket.hear(changed(100, 5, [theirs(6)]))
    await phone.run(2_000)
    expect(phone.disk.has('mirror/1/100')).toBe(false)

    phone.roomChars = 0
    const ticket = phone.tell(say('two'))
    phone.tell({ is: 'seen', conversationId: 100, seq: 6 })
    phone.tell({ is: 'setDraft', conversationId: 100, text: 'kept in memory' })
    await phone.run(2_000)
    expect(phone.result(ticket)).toEqual({ ok: false, error: { code: 'storageFull' } })
    expect(shown(phone).at(-1)).toEqual(['two', 'failed'])
    expect(texts(phone)).toEqual(['one'])
    phone.roomChars = Infinity
    const { clientId } = phone.engine.room(100).messages.at(-1)!
    phone.tell({ is: 'resend', clientId })
    await phone.run(60_000)
    expect(phone.disk.get('draft/1/100')).toContain('kept in memory')
    expect(phone.disk.get(`act/1/${clientId}`)).toContain('"two"')
  })

  it('[O9] at most outboxActsMax acts wait', async () => {
    const phone = await new Phone().live()
    for (let n = 0; n < limits.outboxActsMax; n++) phone.tell(say(`m${n}`))
    expect(phone.result(phone.tell(say('one more')))).toEqual({ ok: false, error: { code: 'storageFull' } })
    expect(phone.engine.pendingCount()).toBe(limits.outboxActsMax)
  })
})
