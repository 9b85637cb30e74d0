import { describe, expect, it } from 'vitest'
import type { MessageView, RoomView } from '../engine/face'
import { needsTime, roomRows } from './room-rows'

const message = (seq: number, mine: boolean, more: Partial<MessageView> = {}): MessageView => ({
  key: `k${seq}`,
  clientId: `client-${seq}`,
  seq,
  from: mine ? 1 : 2,
  mine,
  at: seq * 60_000,
  body: { kind: 'text', text: `${seq}` },
  send: { state: 'sent' },
  readByPeer: false,
  ...more,
})
const room = (messages: MessageView[]): RoomView => ({
  conversationId: 9,
  peer: undefined,
  peerId: 2,
  me: 1,
  messages,
  more: false,
  loadingOlder: false,
  openedAtSeq: 0,
  unread: 0,
  draft: '',
  canSpeak: { ok: true },
})

describe('rows of a room', () => {
  it('divide before the first message that was unread on entering', () => {
    const rows = roomRows(room([message(1, false), message(2, true), message(3, false), message(4, false)]), {
      seq: 1,
      unread: 2,
    })
    expect(rows.map((r) => r.divided)).toEqual([false, false, true, false])
  })

  it('do not divide when nothing was unread on entering', () => {
    const rows = roomRows(room([message(1, false), message(2, false)]), { seq: 1, unread: 0 })
    expect(rows.some((r) => r.divided)).toBe(false)
  })

  it('[R5] carry the receipt at the newest message of mine once it was read', () => {
    const read = { readByPeer: true }
    const all = [message(1, true, read), message(2, true, read), message(3, false)]
    expect(roomRows(room(all), undefined).map((r) => r.receipt)).toEqual([false, true, false])
    const newest = [...all, message(4, true)]
    expect(roomRows(room(newest), undefined).some((r) => r.receipt)).toBe(false)
  })

  it('show the time above the first message and after more than five minutes', () => {
    const rows = roomRows(room([message(1, false), message(6, false), message(12, true)]), undefined)
    expect(rows.map((r) => r.timed)).toEqual([true, false, true])
  })
})

describe('the line with the time', () => {
  it('stands above the first message and after more than five minutes, not at exactly five', () => {
    const start = 1_763_690_400_000
    expect(needsTime(undefined, start)).toBe(true)
    expect(needsTime(start, start + 5 * 60_000)).toBe(false)
    expect(needsTime(start, start + 5 * 60_000 + 1)).toBe(true)
    expect(needsTime(start, start - 60_000)).toBe(false)
  })
})
