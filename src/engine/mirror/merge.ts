/**
 * What the phone holds of one stream, and the only ways it changes. Pure; a stream is changed in place.
 * Rules Y3, Y4, Y6, Y10 of SPEC.md. The server's law test uses these same functions.
 */
import type { EventData, Output } from '../../../protocol'
import type { Seq, Version } from '../../../protocol/ids'
import type { MessageRow, StreamRow } from '../../../protocol/records'

export type FieldRow = Exclude<StreamRow, MessageRow>
export type PullPage = Output<'sync.pull'>
export type Frame = EventData<'sync.changed'>

export interface Stream {
  version: Version
  /** Every visible message from this seq on is held; changes below are outside the window (Y10). */
  floorSeq: Seq
  /** By seq, ascending. */
  messages: MessageRow[]
  /** Everything that is not a message, by `rowKey`. */
  rows: Map<string, FieldRow>
  /** While a page of history is on its way: changes below the floor, which that page may be too old to hold. */
  aside: MessageRow[] | undefined
}

/** A stream of which the phone knows nothing yet. */
export const emptyStream = (): Stream => ({
  version: 0,
  floorSeq: 1,
  messages: [],
  rows: new Map(),
  aside: undefined,
})

/** Names a row within its stream; undefined: a kind of a newer protocol. */
export function rowKey(row: FieldRow): string | undefined {
  switch (row.k) {
    case 'conversation':
    case 'profile':
      return row.k
    case 'place':
    case 'contact':
      return `${row.k}:${row.userId}`
    case 'entry':
      return `${row.k}:${row.conversationId}`
    case 'request':
      return `${row.k}:${row.id}`
    default:
      return undefined
  }
}

/** Merges per row: the greater version wins, an equal one is no change (Y3). The stream's version stays. */
export function mergeRows(stream: Stream, rows: readonly StreamRow[]): void {
  for (const row of rows) {
    if (row.k === 'message') mergeMessage(stream, row)
    else mergeField(stream, row)
  }
}

function mergeField(stream: Stream, row: FieldRow): void {
  const key = rowKey(row)
  if (key === undefined) return
  const held = stream.rows.get(key)
  if (!held || row.v > held.v) stream.rows.set(key, row)
}

function mergeMessage(stream: Stream, row: MessageRow): void {
  if (row.seq < stream.floorSeq) stream.aside?.push(row)
  else putMessage(stream.messages, row)
}

function putMessage(messages: MessageRow[], row: MessageRow): void {
  const at = firstFrom(messages, row.seq)
  const held = messages[at]
  if (held?.seq !== row.seq) messages.splice(at, 0, row)
  else if (row.v > held.v) messages[at] = row
}

/** Index of the first message with this seq or a greater one. */
export function firstFrom(messages: readonly MessageRow[], seq: Seq): number {
  let low = 0
  let high = messages.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((messages[middle]?.seq ?? Infinity) < seq) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * Applies a page of `sync.pull`. A reset drops what was held first (Y6). `gap`: the page begins after what is held,
 * `back`: the server holds less than the phone; both change nothing, and the phone pulls again, from 0 after `back`.
 */
export function applyPull(stream: Stream, page: PullPage): 'applied' | 'gap' | 'back' {
  if (page.reset) reset(stream, page.rows)
  else if (page.from > stream.version) return 'gap'
  else if (page.head < stream.version) return 'back'
  mergeRows(stream, page.rows)
  stream.version = page.reset ? page.to : Math.max(stream.version, page.to)
  return 'applied'
}

function reset(stream: Stream, rows: readonly StreamRow[]): void {
  const seqs = rows.flatMap((row) => (row.k === 'message' ? [row.seq] : []))
  stream.messages = []
  stream.rows.clear()
  stream.floorSeq = seqs.length === 0 ? 1 : Math.min(...seqs)
}

/**
 * Applies a live frame if the phone holds the version it begins at (Y4). `old`: nothing new in it; `gap`: the phone
 * pulls. A frame that begins before what is held and ends after it is applied: rows merge one by one.
 */
export function applyFrame(stream: Stream, frame: Frame): 'applied' | 'old' | 'gap' {
  if (frame.to <= stream.version) return 'old'
  if (frame.from > stream.version) return 'gap'
  mergeRows(stream, frame.rows)
  stream.version = frame.to
  return 'applied'
}

/**
 * Adds a page of history that was asked for below `beforeSeq`. The version stays (Y10). A page that does not touch the
 * window any more, because a reset came between, is dropped.
 */
export function applyHistory(stream: Stream, beforeSeq: Seq, page: Output<'chat.listMessages'>): void {
  const aside = stream.aside ?? []
  stream.aside = undefined
  if (beforeSeq < stream.floorSeq) return
  const first = page.rows[0]
  const floor = page.more ? (first?.seq ?? beforeSeq) : 1
  stream.floorSeq = Math.min(stream.floorSeq, floor)
  mergeRows(stream, page.rows)
  mergeRows(stream, aside)
}

/** Keeps the newest `count` messages; the window's floor rises with them. */
export function trim(stream: Stream, count: number): void {
  if (stream.messages.length <= count) return
  stream.messages = stream.messages.slice(-count)
  stream.floorSeq = stream.messages[0]?.seq ?? stream.floorSeq
}
