/** What a message row draws: the shape of the engine's view of a message, stated here so that components know no engine. */
import type { ErrorCode } from '../../protocol/errors'
import type { Seq, TimeMs, UserId } from '../../protocol/ids'
import type { MessageBody } from '../../protocol/records'

export interface MessageView {
  key: string
  seq: Seq | undefined
  from: UserId
  mine: boolean
  at: TimeMs
  body: MessageBody
  send:
    | { state: 'sent' }
    | { state: 'waiting' }
    | { state: 'sending'; since: TimeMs }
    | { state: 'failed'; code: ErrorCode }
}
export interface MessageRowView {
  key: string
  message: MessageView
  /** A line with the time stands above. */
  timed: boolean
  divided: boolean
  receipt: boolean
}

/** Height in pixels of a row that was not measured yet, for a phone of usual width. */
export function estimateOf(row: MessageRowView): number {
  const { body } = row.message
  const lines = body.kind === 'text' ? Math.max(1, Math.ceil(body.text.length / 14)) : 0
  return (
    16 +
    (lines ? 16 + 24 * lines : 30) +
    (row.timed ? 30 : 0) +
    (row.divided ? 30 : 0) +
    (row.receipt ? 17 : 0)
  )
}
