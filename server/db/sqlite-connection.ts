/** One connection to an SQLite file that answers at once, over libsql: for snapshots, and for writing. */
import Database from 'libsql'
import { toBinds, toRow } from './bind'
import type { Bind, Connection, Maybe } from './connection'
import { guard, oneOf, prepared, runOf, type Prepared } from './sqlite-statement'

export interface SqliteConnection extends Connection {
  readonly dialect: 'sqlite'
  all<T = Record<string, unknown>>(sql: string, binds?: readonly Bind[]): T[]
  run(sql: string, binds?: readonly Bind[]): number
  /** Statements without binds and rows: BEGIN, COMMIT, PRAGMA. Not kept: a statement that met BUSY stays open. */
  exec(sql: string): void
  readonly inTransaction: boolean
  close(): void
}
export interface ConnectionOptions {
  file: string
  /** Refuse every write on this connection. */
  readOnly?: boolean
  /** synchronous=OFF: an acknowledged write may be lost with the power. Tests only. */
  unsafeDurability?: boolean
}

/** Wait this long for another connection's lock. */
export const busyTimeoutMs = 5_000

/**
 * Opens a connection in WAL mode with `synchronous=FULL`, and asserts both (rule D1). Statements are compiled once per
 * text. Throws Error when the file cannot be had in this mode.
 */
export function openConnection({ file, readOnly, unsafeDurability }: ConnectionOptions): SqliteConnection {
  const db = guard(() => new Database(file, { timeout: busyTimeoutMs }))
  const kept = new Map<string, Prepared<Database.Statement>>()
  const prepare = (sql: string): Prepared<Database.Statement> => {
    const known = kept.get(sql)
    if (known) return known
    const made = prepared(sql, db.prepare(sql))
    kept.set(sql, made)
    return made
  }
  const run = (sql: string, binds: readonly Bind[] = []) => guard(() => runOf(prepare(sql), binds))
  const connection: SqliteConnection = {
    dialect: 'sqlite',
    all: <T>(sql: string, binds: readonly Bind[] = []) =>
      guard(() => {
        const { statement, places, columns } = prepare(sql)
        const rows = statement.all(toBinds(binds, places)) as unknown[][]
        return rows.map((values) => toRow(columns, values) as T)
      }),
    one: <T>(sql: string, binds: readonly Bind[] = []): Maybe<T | undefined> =>
      guard(() => oneOf(prepare(sql), binds) as T | undefined),
    run,
    put: run,
    exec: (sql) => guard(() => void db.exec(sql)),
    get inTransaction() {
      return db.inTransaction
    },
    close() {
      kept.clear()
      db.close()
    },
  }
  for (const pragma of pragmas(unsafeDurability)) connection.exec(pragma)
  if (readOnly) connection.exec('PRAGMA query_only=1')
  assertMode(
    { ...connection.all('PRAGMA journal_mode')[0], ...connection.all('PRAGMA synchronous')[0] },
    unsafeDurability,
  )
  return connection
}

/** What every connection is set to. Checkpoints are ours to run (checkpoint.ts). */
export const pragmas = (unsafeDurability = false): string[] => [
  'PRAGMA journal_mode=WAL',
  `PRAGMA synchronous=${unsafeDurability ? 'OFF' : 'FULL'}`,
  'PRAGMA wal_autocheckpoint=0',
]

/** Throws Error when a connection did not come to be as durable as it was told to be (rule D1). */
export function assertMode(is: Record<string, unknown>, unsafeDurability = false): void {
  if (is.journal_mode !== 'wal' || is.synchronous !== (unsafeDurability ? 0 : 2))
    throw new Error(
      `SQLite opened with journal_mode=${String(is.journal_mode)}, synchronous=${String(is.synchronous)}`,
    )
}
