/** What a channel has not told yet, read from the database. */
import type { StreamId, UserId, Version } from '../../protocol/ids'
import { limits } from '../../protocol/limits'
import type { Connection } from '../db/connection'
import type { Change } from './changes'
import { versionOf } from './heads'
import { changedRows } from './rows'
import type { RowSource } from './sources'

interface Missing {
  stream: StreamId
  /** Undefined: nothing was told yet. */
  since: Version | undefined
  viewers: readonly UserId[]
}

/**
 * The head and, for each viewer, the change from `since` to it, with the rows he may see. Where the rows are too many, or
 * `since` is not known, or beyond the head (a hint may be wrong), the change has no rows and begins at the head: whoever is not there pulls.
 */
export async function readMissing(
  sources: readonly RowSource[],
  db: Connection,
  { stream, since, viewers }: Missing,
): Promise<{ head: Version; changes: [UserId, Change][] }> {
  const head = await versionOf(db, stream)
  const changes: [UserId, Change][] = []
  for (const viewer of viewers) {
    const rows = since === undefined ? [] : await changedRows(sources, db, { stream, viewer, since }, rowsMax)
    const far = since === undefined || since > head || rows.length === rowsMax
    changes.push([viewer, { stream, from: far ? head : since, to: head, rows: far ? [] : rows }])
  }
  return { head, changes }
}

const rowsMax = limits.pageRowsMax + 1
