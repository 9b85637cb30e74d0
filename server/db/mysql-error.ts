/** What MySQL's and MariaDB's errors mean to us. */
import { DbError, type DbErrorKind } from './connection'

const kinds: Readonly<Record<number, DbErrorKind>> = {
  1213: 'again', // deadlock
  1205: 'again', // lock wait time-out
  1020: 'again', // record changed since last read
  1062: 'duplicate',
  1114: 'full', // table is full
  1021: 'full', // disk full
  1040: 'down', // too many connections
  1053: 'down', // shutting down
  1290: 'down', // server is read-only
  1792: 'down', // transaction is read-only
  1927: 'down', // connection killed
  2006: 'down',
  2013: 'down',
}
const lost =
  /^(PROTOCOL_CONNECTION_LOST|PROTOCOL_SEQUENCE_TIMEOUT|POOL_CLOSED|ECONN|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH)/

/** DbError for what a caller can act on; everything else is a bug in a statement and stays what it was. */
export function mysqlError(cause: unknown): unknown {
  if (!(cause instanceof Error) || cause instanceof DbError) return cause
  const errno = 'errno' in cause && typeof cause.errno === 'number' ? cause.errno : 0
  const code = 'code' in cause ? String(cause.code) : ''
  const gone = lost.test(code) || ('fatal' in cause && cause.fatal === true) || isClosed(cause)
  const kind = kinds[errno] ?? (gone ? 'down' : undefined)
  return kind ? new DbError(kind, cause) : cause
}

/** mysql2 gives no code when a pool or a connection was closed before. */
const isClosed = (cause: Error): boolean => /closed state|Pool is closed/.test(cause.message)
