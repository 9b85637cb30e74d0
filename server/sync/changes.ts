/**
 * The table of changes: which stream moved how far. It is how a node learns of what others wrote when the bus lost the
 * hint (Y12). Ids carry their time in all but the 12 lowest bits (protocol/ids.ts), so ages need no clock here.
 */
import type { StreamId, Version } from '../../protocol/ids'
import type { StreamRow } from '../../protocol/records'
import type { Connection } from '../db/connection'

/** What one transaction did to one stream: `rows` hold the versions from + 1 to `to`. */
export interface Change {
  readonly stream: StreamId
  readonly from: Version
  readonly to: Version
  readonly rows: StreamRow[]
}
/** A stream got as far as this version, by a change that began at `from`, where that is known. */
export interface Reached {
  readonly stream: StreamId
  readonly from?: Version
  readonly version: Version
}

export const idsPerMs = 4096
export const keptMs = 10 * 60_000
/** Ids commit out of order: what is read again each time. */
export const overlapMs = 10_000
/** Removed at once, so that no transaction is long. */
const prunedMs = 30_000

export async function recordChanges(
  db: Connection,
  changes: readonly Change[],
  newId: () => number,
): Promise<void> {
  for (const { stream, to } of changes)
    await db.put('INSERT INTO changes (id, stream, version) VALUES (?, ?, ?)', [newId(), stream, to])
}

/** Newest id of the table; 0 when it is empty. */
export async function newestChange(db: Connection): Promise<number> {
  const row = await db.one<{ id: number | null }>('SELECT MAX(id) AS id FROM changes')
  return row?.id ?? 0
}

/** Streams that moved since ten seconds before the change `since`, and the newest id. */
export async function readChanges(
  db: Connection,
  since: number,
): Promise<{ newest: number; reached: Reached[] }> {
  const rows = await db.all<{ id: number; stream: StreamId; version: Version }>(
    'SELECT MAX(id) AS id, stream, MAX(version) AS version FROM changes WHERE id > ? GROUP BY stream',
    [Math.max(0, since - overlapMs * idsPerMs)],
  )
  return {
    newest: rows.reduce((max, { id }) => Math.max(max, id), since),
    reached: rows.map(({ stream, version }) => ({ stream, version })),
  }
}

/** Removes changes ten minutes older than the newest, the oldest 30 s of them at a time. */
export async function pruneChanges(db: Connection): Promise<void> {
  const row = await db.one<{ oldest: number | null; newest: number | null }>(
    'SELECT MIN(id) AS oldest, MAX(id) AS newest FROM changes',
  )
  if (!row?.oldest || !row.newest) return
  const end = Math.min(row.newest - keptMs * idsPerMs, row.oldest + prunedMs * idsPerMs)
  if (row.oldest < end) await db.run('DELETE FROM changes WHERE id < ?', [end])
}
