/** The embedded database: one file, one process, one writing connection, a few reading ones, one for checkpoints. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { checkpoints, walBytes } from './checkpoint'
import { DbError, type Db } from './connection'
import { permits } from './permits'
import { openConnection, type SqliteConnection } from './sqlite-connection'
import { lockFile } from './sqlite-lock'

export interface SqliteOptions {
  file: string
  /** synchronous=OFF, for tests' speed (UNSAFE_DURABILITY=1). */
  unsafeDurability?: boolean
}
/** A reader that waits for something slow keeps its connection, the others go on. */
const readersMax = 4

/**
 * Opens the file, and makes it and its folder when missing. Throws Error when another process has it (D2) or it cannot be
 * opened durably (D1).
 */
export async function openSqlite({ file, unsafeDurability = false }: SqliteOptions): Promise<Db> {
  mkdirSync(path.dirname(path.resolve(file)), { recursive: true })
  const lock = lockFile(file)
  const open = (options: { readOnly?: boolean; busyTimeoutMs?: number } = {}) =>
    openConnection({ file, unsafeDurability, ...options })
  try {
    const writer = open()
    writer.exec(`PRAGMA journal_size_limit=${walBytes}`)
    const log = checkpoints(file, open({ busyTimeoutMs: 0 }))
    return sqlite(writer, () => open({ readOnly: true }), log, lock)
  } catch (error) {
    lock.release()
    throw error
  }
}

function sqlite(
  writer: SqliteConnection,
  openReader: () => SqliteConnection,
  log: ReturnType<typeof checkpoints>,
  lock: { release(): void },
): Db {
  const writing = permits(1)
  const reading = permits(readersMax)
  const idle: SqliteConnection[] = []
  let open = true
  const assertOpen = () => {
    if (!open) throw new DbError('down', new Error('the database is closed'))
  }
  // Readers first: one of them may be waiting for a write.
  const alone = (work: () => void) => reading(readersMax, () => writing(1, async () => work()))
  return {
    dialect: 'sqlite',
    write: (work) =>
      writing(1, async () => {
        assertOpen()
        const result = await transact(writer, 'BEGIN IMMEDIATE', work)
        if (log.afterCommit()) alone(() => open && log.empty()).catch(() => undefined)
        return result
      }),
    read: (work) =>
      reading(1, async () => {
        assertOpen()
        const reader = idle.pop() ?? openReader()
        const result = await transact(reader, 'BEGIN', work).finally(() => idle.push(reader))
        return result
      }),
    now: async () => Date.now(),
    close: () =>
      alone(() => {
        if (!open) return
        open = false
        for (const connection of [writer, ...idle]) connection.close()
        log.close()
        lock.release()
      }),
  }
}

async function transact<T>(
  connection: SqliteConnection,
  begin: string,
  work: (connection: SqliteConnection) => Promise<T>,
): Promise<T> {
  connection.exec(begin)
  try {
    const result = await work(connection)
    connection.exec('COMMIT')
    return result
  } catch (error) {
    if (connection.inTransaction) connection.exec('ROLLBACK')
    throw error
  }
}
