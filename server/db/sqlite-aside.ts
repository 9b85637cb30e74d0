/** A connection to an SQLite file whose statements run on a thread of the driver: for what takes long and nobody waits for. */
import Database from 'libsql/promise'
import { toRow } from './bind'
import type { CheckpointConnection } from './checkpoint'
import { sqliteError } from './sqlite-error'
import { assertMode, busyTimeoutMs, pragmas, type ConnectionOptions } from './sqlite-connection'
import { guard } from './sqlite-statement'

/** libsql's own types of this face say `any`. */
interface Handle {
  prepare(sql: string): Promise<Statement>
  exec(sql: string): Promise<void>
  close(): void
}
interface Statement {
  raw(): unknown
  columns(): { name: string }[]
  all(): Promise<unknown[][]>
}

/** As openConnection: WAL, `synchronous=FULL`, asserted (rule D1). */
export async function openAside({
  file,
  unsafeDurability,
}: ConnectionOptions): Promise<CheckpointConnection> {
  const db = guard(() => new Database(file, { timeout: busyTimeoutMs })) as unknown as Handle
  async function all(sql: string): Promise<Record<string, unknown>[]> {
    const statement = await db.prepare(sql)
    statement.raw()
    const columns = statement.columns().map(({ name }) => name)
    return (await statement.all()).map((values) => toRow(columns, values))
  }
  const connection = { all: (sql: string) => all(sql).catch(fail), close: () => db.close() }
  for (const pragma of pragmas(unsafeDurability)) await db.exec(pragma).catch(fail)
  const [mode] = await connection.all('PRAGMA journal_mode')
  assertMode({ ...mode, ...(await connection.all('PRAGMA synchronous'))[0] }, unsafeDurability)
  return connection
}

function fail(error: unknown): never {
  throw sqliteError(error)
}
