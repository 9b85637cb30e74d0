/** Rows of streams: of which kind of stream, in version order, and how many fit. */
import type { StreamId, UserId, Version } from '../../protocol/ids'
import type { StreamRow } from '../../protocol/records'
import type { Connection } from '../db/connection'
import type { RowSource } from './sources'

const streamOfKind: Record<StreamRow['k'], RowSource['of']> = {
  message: 'conversation',
  place: 'conversation',
  conversation: 'conversation',
  entry: 'user',
  contact: 'user',
  request: 'user',
  profile: 'user',
}
/** Kind of the stream that a row belongs to. */
export const kindOf = (row: StreamRow): RowSource['of'] => streamOfKind[row.k]

export interface Viewed {
  stream: StreamId
  viewer: UserId
  since: Version
}
/** The first `count` rows with version > since that the viewer may see, in version order, over all sources. */
export async function changedRows(
  sources: readonly RowSource[],
  db: Connection,
  { stream, viewer, since }: Viewed,
  count: number,
): Promise<StreamRow[]> {
  const of: RowSource['of'] = stream === viewer ? 'user' : 'conversation'
  const rows: StreamRow[] = []
  for (const source of sources)
    if (source.of === of) rows.push(...(await source.changed(db, stream, viewer, since, count)))
  return rows.sort(byVersion).slice(0, count)
}

export const byVersion = (a: StreamRow, b: StreamRow): number => a.v - b.v

/** How many of the first rows fit in so many bytes of JSON; at least one. */
export function rowsThatFit(rows: readonly StreamRow[], bytesMax: number): number {
  let bytes = 0
  for (const [count, row] of rows.entries()) {
    bytes += bytesOf(row) + 1
    if (bytes > bytesMax) return Math.max(1, count)
  }
  return rows.length
}
export const bytesOf = (row: StreamRow): number => Buffer.byteLength(JSON.stringify(row))
