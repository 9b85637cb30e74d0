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

/** A time stands above the first loaded message and above one that came more than five minutes after the one before. */
export const needsTime = (before: TimeMs | undefined, at: TimeMs): boolean =>
  before === undefined || at - before > fiveMinutesMs

export function roomRows(view: RoomView, entry: Entry | undefined): RoomRow[] {
  const { messages } = view
  const dividedKey = entry && entry.unread > 0 ? firstUnread(messages, entry.seq)?.key : undefined
  const receiptKey = lastReadOfMine(messages)?.key
  return messages.map((message, i) => ({
    key: message.key,
    message,
    timed: needsTime(messages[i - 1]?.at, message.at),
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
