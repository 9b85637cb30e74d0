/** One connection to an SQLite file, over libsql. */
import Database from 'libsql'
import { countPlaces, toBinds, toRow } from './bind'
import type { Bind, Connection, Maybe } from './connection'
import { sqliteError } from './sqlite-error'

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
  /** Wait this long for another connection's lock. */
  busyTimeoutMs?: number
}

interface Prepared {
  /** Gives rows as arrays: the driver makes objects at half the speed. */
  statement: Database.Statement
  places: number
  columns: readonly string[]
}

/**
 * Opens a connection in WAL mode with `synchronous=FULL`, and asserts both (rule D1). Statements are compiled once per
 * text. Throws Error when the file cannot be had in this mode.
 */
export function openConnection(options: ConnectionOptions): SqliteConnection {
  const db = guard(() => new Database(options.file, { timeout: options.busyTimeoutMs ?? 5_000 }))
  guard(() => setUp(db, options))
  const kept = new Map<string, Prepared>()
  const prepare = (sql: string): Prepared => {
    const known = kept.get(sql)
    if (known) return known
    const statement = db.prepare(sql)
    if (statement.reader) statement.raw()
    const columns = statement.columns().map(({ name }) => name)
    const made = { statement, places: countPlaces(sql), columns }
    kept.set(sql, made)
    return made
  }
  return {
    dialect: 'sqlite',
    all<T>(sql: string, binds: readonly Bind[] = []) {
      return guard(() => {
        const { statement, places, columns } = prepare(sql)
        const rows = statement.all(toBinds(binds, places)) as unknown[][]
        return rows.map((values) => toRow(columns, values) as T)
      })
    },
    one<T>(sql: string, binds: readonly Bind[] = []): Maybe<T | undefined> {
      return guard(() => {
        const { statement, places, columns } = prepare(sql)
        const values = statement.get(toBinds(binds, places)) as unknown[] | undefined
        return values && (toRow(columns, values) as T)
      })
    },
    run: (sql, binds = []) =>
      guard(() => {
        const { statement, places } = prepare(sql)
        return statement.run(toBinds(binds, places)).changes
      }),
    exec: (sql) => guard(() => void db.exec(sql)),
    get inTransaction() {
      return db.inTransaction
    },
    close() {
      kept.clear()
      db.close()
    },
  }
}

function setUp(db: Database.Database, { readOnly, unsafeDurability }: ConnectionOptions): void {
  db.exec('PRAGMA journal_mode=WAL')
  db.exec(`PRAGMA synchronous=${unsafeDurability ? 'OFF' : 'FULL'}`)
  db.exec('PRAGMA wal_autocheckpoint=0')
  if (readOnly) db.exec('PRAGMA query_only=1')
  const mode = pragma(db, 'journal_mode')
  const synchronous = pragma(db, 'synchronous')
  if (mode !== 'wal' || synchronous !== (unsafeDurability ? 0 : 2))
    throw new Error(`SQLite opened with journal_mode=${String(mode)}, synchronous=${String(synchronous)}`)
}

function pragma(db: Database.Database, name: string): unknown {
  const [row] = db.prepare(`PRAGMA ${name}`).all() as Record<string, unknown>[]
  return row?.[name]
}

function guard<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw sqliteError(error)
  }
}
