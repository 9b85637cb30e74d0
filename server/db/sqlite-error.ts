/** What SQLite's result codes mean to us. */
import { DbError, type DbErrorKind } from './connection'

const kinds: readonly (readonly [prefix: string, kind: DbErrorKind])[] = [
  ['SQLITE_CONSTRAINT_PRIMARYKEY', 'duplicate'],
  ['SQLITE_CONSTRAINT_UNIQUE', 'duplicate'],
  ['SQLITE_CONSTRAINT_ROWID', 'duplicate'],
  ['SQLITE_BUSY', 'again'],
  ['SQLITE_LOCKED', 'again'],
  ['SQLITE_FULL', 'full'],
  ['SQLITE_IOERR_SHMSIZE', 'full'], // no room for the log's index, which holds nothing that must last
  ['SQLITE_IOERR', 'fatal'],
  ['SQLITE_CORRUPT', 'fatal'],
  ['SQLITE_NOTADB', 'fatal'],
  ['SQLITE_CANTOPEN', 'fatal'],
]

/** DbError for what a caller can act on; everything else is a bug in a statement and stays what it was. */
export function sqliteError(cause: unknown): unknown {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const kind = kinds.find(([prefix]) => code.startsWith(prefix))?.[1]
  return kind ? new DbError(kind, cause) : cause
}
