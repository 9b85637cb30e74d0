import { describe, expect, it } from 'vitest'
import type { MessageView, RoomView } from '../engine/face'
import { roomRows, timedOf } from './room-rows'

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

  it('[U13] show the time above the first message and after more than five minutes', () => {
    const rows = roomRows(room([message(1, false), message(6, false), message(12, true)]), undefined)
    expect(rows.map((r) => r.timed)).toEqual([true, false, true])
  })
})

describe('the line with the time', () => {
  const minute = 60_000
  const noon = new Date(2026, 10, 21, 12).getTime()
  const midnight = new Date(2026, 10, 22).getTime()
  /** Of as many messages, each `gapMs` after the one before: above which the time stands. */
  const timed = (from: number, gapMs: number, count: number): number[] =>
    timedOf(Array.from({ length: count }, (_, i) => from + i * gapMs)).flatMap((is, i) => (is ? [i] : []))

  it('[U13] stands after a pause of more than five minutes, not of exactly five', () => {
    expect(timedOf([])).toEqual([])
    expect(timedOf([noon, noon + 5 * minute])).toEqual([true, false])
    expect(timedOf([noon, noon + 5 * minute + 1])).toEqual([true, true])
    expect(timedOf([noon, noon - minute])).toEqual([true, false])
  })

  it('[U13] stands at each change of day, however short the pause', () => {
    expect(timedOf([midnight - 1, midnight])).toEqual([true, true])
    expect(timedOf([midnight - 2, midnight - 1])).toEqual([true, false])
    expect(timedOf([midnight, midnight - 1])).toEqual([true, false])
    expect(timedOf([midnight - 1, midnight, midnight + 1])).toEqual([true, true, false])
  })

  it('[U13] stands in a stretch without a pause every 15 minutes and every 20 messages', () => {
    expect(timed(noon, 4 * minute, 12)).toEqual([0, 4, 8])
    expect(timed(noon, 5 * minute, 7)).toEqual([0, 3, 6])
    expect(timed(noon, 1_000, 50)).toEqual([0, 20, 40])
  })

  it('[U13] is never far in a chat of 16 hours whose messages lie under five minutes apart', () => {
    const count = 16 * 15
    const shown = timed(midnight - 8 * 60 * minute, 4 * minute, count)
    const gaps = shown.map((at, i) => (shown[i + 1] ?? count) - at)
    expect(Math.max(...gaps)).toBeLessThanOrEqual(4)
    expect(shown).toContain(count / 2)
  })
})
