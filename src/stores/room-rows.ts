/** Turns a room's messages into the rows that are drawn. Pure. */
import type { Seq, TimeMs } from '../../protocol/ids'
import type { MessageView, RoomView } from '../engine/face'

/** Where reading stopped, and how much was unread, when the room was entered. */
export interface Entry {
  seq: Seq
  unread: number
}
export interface RoomRow {
  key: string
  message: MessageView
  /** A line with the time stands above the message. */
  timed: boolean
  /** The line "new messages below" stands above the message. */
  divided: boolean
  /** "Read" stands below: only at the newest message of mine that was read. */
  receipt: boolean
}

const fiveMinutesMs = 5 * 60_000
/** A stretch of messages without a pause has a time after this long, and after this many messages. */
const stretchMs = 15 * 60_000
const stretchMessages = 20

/**
 * Above which messages the time stands, of `times` in the order of the room: the first, one on another day than the one
 * before (midnight of this device), after a pause of more than five minutes, and in a stretch 15 minutes or 20 messages
 * after the last time [U13].
 */
export function timedOf(times: readonly TimeMs[]): boolean[] {
  let shownAt = 0
  return times.map((at, i) => {
    const before = times[i - 1]
    const last = times[shownAt] ?? at
    const timed =
      before === undefined ||
      at - before > fiveMinutesMs ||
      at - last >= stretchMs ||
      i - shownAt >= stretchMessages ||
      (at > before && dayOf(at) !== dayOf(before))
    if (timed) shownAt = i
    return timed
  })
}
const dayOf = (at: TimeMs): string => new Date(at).toDateString()

export function roomRows(view: RoomView, entry: Entry | undefined): RoomRow[] {
  const { messages } = view
  const dividedKey = entry && entry.unread > 0 ? firstUnread(messages, entry.seq)?.key : undefined
  const timed = timedOf(messages.map(({ at }) => at))
  const receiptKey = lastReadOfMine(messages)?.key
  return messages.map((message, i) => ({
    key: message.key,
    message,
    timed: timed[i] === true,
    divided: message.key === dividedKey,
    receipt: message.key === receiptKey,
  }))
}

const firstUnread = (messages: readonly MessageView[], seq: Seq): MessageView | undefined =>
  messages.find((m) => !m.mine && m.seq !== undefined && m.seq > seq)

function lastReadOfMine(messages: readonly MessageView[]): MessageView | undefined {
  for (let i = messages.length - 1; i >= 0; i--) {
    const message = messages[i]
    if (message?.mine && message.body.kind !== 'tip' && message.send.state === 'sent')
      return message.readByPeer ? message : undefined
  }
  return undefined
}
