/**
 * A connection to an SQLite file whose long works, COMMIT with its disk write and checkpoints, run on a thread of the
 * driver, while this one serves sockets. Single rows and changes answer at once.
 */
import Database from 'libsql/promise'
import { toBinds, toRow } from './bind'
import type { Bind, Connection, Maybe } from './connection'
import { sqliteError } from './sqlite-error'
import { assertMode, busyTimeoutMs, pragmas, type ConnectionOptions } from './sqlite-connection'
import { guard, oneOf, prepared, runOf, type Prepared } from './sqlite-statement'

export interface SqliteWriter extends Connection {
  readonly dialect: 'sqlite'
  all<T = Record<string, unknown>>(sql: string, binds?: readonly Bind[]): Promise<T[]>
  /** Statements without binds and rows, on the driver's thread. Nothing else may be asked of the connection meanwhile. */
  exec(sql: string): Promise<void>
  readonly inTransaction: boolean
  close(): void
}

/** libsql's own types of this face say `any`. */
interface Statement {
  readonly reader: boolean
  raw(): unknown
  columns(): { name: string }[]
  get(binds: readonly Bind[]): unknown
  run(binds: readonly Bind[]): { changes: number }
  all(binds: readonly Bind[]): Promise<unknown[][]>
}
interface Handle {
  readonly inTransaction: boolean
  prepare(sql: string): Promise<Statement>
  exec(sql: string): Promise<void>
  close(): void
}

/** As openConnection: WAL, `synchronous=FULL`, asserted (rule D1). */
export async function openWriter({ file, unsafeDurability }: ConnectionOptions): Promise<SqliteWriter> {
  const db = guard(() => new Database(file, { timeout: busyTimeoutMs })) as unknown as Handle
  const kept = new Map<string, Prepared<Statement>>()
  /** Only the first use of a text waits. */
  function withStatement<T>(sql: string, use: (prepared: Prepared<Statement>) => Maybe<T>): Maybe<T> {
    const known = kept.get(sql)
    if (known) return guard(() => use(known))
    return prepare(sql).then(use).catch(fail)
  }
  async function prepare(sql: string): Promise<Prepared<Statement>> {
    const made = prepared(sql, await db.prepare(sql))
    kept.set(sql, made)
    return made
  }
  const connection: SqliteWriter = {
    dialect: 'sqlite',
    all: async <T>(sql: string, binds: readonly Bind[] = []) =>
      withStatement<T[]>(sql, async ({ statement, places, columns }) => {
        const rows = await statement.all(toBinds(binds, places)).catch(fail)
        return rows.map((values) => toRow(columns, values) as T)
      }),
    one: <T>(sql: string, binds: readonly Bind[] = []) =>
      withStatement(sql, (statement) => oneOf(statement, binds) as T | undefined),
    run: (sql, binds = []) => withStatement(sql, (statement) => runOf(statement, binds)),
    exec: (sql) => db.exec(sql).catch(fail),
    get inTransaction() {
      return db.inTransaction
    },
    close() {
      kept.clear()
      db.close()
    },
  }
  for (const pragma of pragmas(unsafeDurability)) await connection.exec(pragma)
  const [mode] = await connection.all('PRAGMA journal_mode')
  assertMode({ ...mode, ...(await connection.all('PRAGMA synchronous'))[0] }, unsafeDurability)
  return connection
}

function fail(error: unknown): never {
  throw sqliteError(error)
}
