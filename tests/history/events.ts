/** The lines of a history. One JSON object a line; in one file in the order in which things happened. */
import { createHash } from 'node:crypto'

/**
 * Microseconds of the machine's monotonic clock: lines of several processes of one machine compare by it. Never twice
 * the same in one process.
 */
export type Ticks = number
interface Line {
  t: Ticks
  /** Who did it: a user's id for clients, a name for devices. */
  proc: string
  conv: number
}
/** `invoke` before the first byte leaves; `ok` acked; `fail` refused before it did anything; none: nobody knows. */
export interface SendLine extends Line {
  op: 'send'
  status: 'invoke' | 'ok' | 'fail'
  sender: number
  cid: string
  hash: string
  seq?: number
}
/** A read mark that the server acknowledged: the position it answered. */
export interface ReadLine extends Line {
  op: 'read'
  status: 'ok'
  user: number
  seq: number
}
/** A message as a device renders it; seq null: mine, on its way. */
export type ShownRow = readonly [seq: number | null, sender: number, cid: string, hash: string]
/** What a device renders of a conversation from now on: the first `keep` rows that it showed before, then `rows`. */
export interface ShowLine extends Line {
  op: 'show'
  user: number
  keep: number
  rows: readonly ShownRow[]
  unread: number
  /** Greatest seq of mine that is shown as read by the other. */
  peerRead: number
}
/** The device is gone: nobody looks at it at the end. */
export interface OffLine extends Line {
  op: 'off'
}
export type HistoryLine = SendLine | ReadLine | ShowLine | OffLine

let last = 0
export function ticks(): Ticks {
  last = Math.max(last + 1, Number(process.hrtime.bigint() / 1000n))
  return last
}

export const hashOf = (text: string): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, 16)
