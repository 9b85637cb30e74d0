/** Questions to a stream. */
import type { ClientId, Position, Seq, UserId } from '../../../protocol/ids'
import { positionZero } from '../../../protocol/ids'
import type { MessageRow, RowOf } from '../../../protocol/records'
import { firstFrom, type FieldRow, type Stream } from './merge'

export const lastMessage = (stream: Stream): MessageRow | undefined =>
  stream.messages[stream.messages.length - 1]

export const placeOf = (stream: Stream, user: UserId): RowOf<'place'> | undefined =>
  stream.rows.get(`place:${user}`) as RowOf<'place'> | undefined

export function* rowsOf<K extends FieldRow['k']>(stream: Stream, kind: K): Generator<RowOf<K>> {
  for (const row of stream.rows.values()) if (row.k === kind) yield row as RowOf<K>
}

/** A message that `me` sent with this clientId, newest first. */
export function ownMessage(stream: Stream, me: UserId, clientId: ClientId): MessageRow | undefined {
  const { messages } = stream
  for (let i = messages.length - 1; i >= 0; i--) {
    const row = messages[i]
    if (row?.from === me && row.clientId === clientId) return row
  }
  return undefined
}

/** The position of a seq, as far as the window tells: the greatest message at or below it. */
export function positionAt(stream: Stream, seq: Seq): Position {
  const row = stream.messages[firstFrom(stream.messages, seq + 1) - 1]
  return row ? { seq: row.seq, countable: row.countable } : positionZero
}

/** Own messages that follow what was read are read too (R3). */
export function pastOwn(stream: Stream, me: UserId, read: Position): Position {
  let position = read
  let next = firstFrom(stream.messages, read.seq + 1)
  for (;;) {
    const row = stream.messages[next++]
    if (row?.from !== me || row.seq !== position.seq + 1) return position
    position = { seq: row.seq, countable: row.countable }
  }
}
