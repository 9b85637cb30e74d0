/**
 * What the server asks of a database. Two drivers stand behind it (sqlite.ts, mysql.ts); SQL differs only by the named
 * branches of dialect.ts. Binds go in array form; bind.ts lets through nothing but the types below, because a driver may
 * abort the whole process on others.
 */
export type Bind = null | number | bigint | string | Uint8Array
export type Dialect = 'sqlite' | 'mysql'
/** The SQLite driver answers at once, the MySQL one later; `await` takes both. */
export type Maybe<T> = T | Promise<T>

export interface Connection {
  readonly dialect: Dialect
  /** Rows of a query. The statement is compiled once per connection and text, and kept. */
  all<T = Record<string, unknown>>(sql: string, binds?: readonly Bind[]): Maybe<T[]>
  /** The first row of a query, for those that have one at most: half the cost of `all` on SQLite. */
  one<T = Record<string, unknown>>(sql: string, binds?: readonly Bind[]): Maybe<T | undefined>
  /** Number of rows a statement changed. */
  run(sql: string, binds?: readonly Bind[]): Maybe<number>
  /**
   * A change whose count nobody reads. On MySQL it waits for the next statement that is answered, or for COMMIT, and travels
   * with it; whatever it breaks, the whole `write` then runs again without such waiting.
   */
  put(sql: string, binds?: readonly Bind[]): Maybe<unknown>
}

export interface Db {
  readonly dialect: Dialect
  /**
   * Runs `work` in a write transaction (SQLite: BEGIN IMMEDIATE on the one writing connection, never two at once;
   * MySQL: READ COMMITTED on a pooled connection). A throw rolls back. Only server/commit.ts, migrations and node leases
   * call it, and `work` waits for no other `read` or `write` of this database. It may run twice on MySQL, where a `put` fails.
   */
  write<T>(work: (connection: Connection) => Promise<T>): Promise<T>
  /** Runs `work` on one read-only snapshot. Reads do not nest. */
  read<T>(work: (connection: Connection) => Promise<T>): Promise<T>
  /** For questions that one statement answers: each is a snapshot of its own, without a transaction. `run` throws. */
  readonly lone: Connection
  /** Milliseconds of the database's clock (SQLite: this machine's). */
  now(): Promise<number>
  close(): Promise<void>
}

/** A connection of which every statement is answered by `ask`, on whatever connection that finds. */
export const loneOver = (
  dialect: Dialect,
  ask: <T>(work: (c: Connection) => Maybe<T>) => Promise<T>,
): Connection => ({
  dialect,
  all: (sql, binds) => ask((c) => c.all(sql, binds)),
  one: (sql, binds) => ask((c) => c.one(sql, binds)),
  run: refuseWrite,
  put: refuseWrite,
})

function refuseWrite(): never {
  throw new Error('nothing is written outside a transaction')
}

/** Why a database refused. `again`: run the whole call again; `full`: no space; `down`: not reachable; `fatal`: exit. */
export type DbErrorKind = 'again' | 'duplicate' | 'full' | 'down' | 'fatal'
export class DbError extends Error {
  override readonly name = 'DbError'
  constructor(
    readonly kind: DbErrorKind,
    override readonly cause: unknown,
  ) {
    super(`database: ${kind}`)
  }
}
