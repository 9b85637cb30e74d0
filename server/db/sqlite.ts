/** The embedded database: one file, one process, one writing connection, a few reading ones, one for checkpoints. */
import { closeSync, mkdirSync, openSync } from 'node:fs'
import path from 'node:path'
import { checkpoints, walBytesKept, type CheckpointConnection } from './checkpoint'
import { DbError, loneOver, type Db, type Maybe } from './connection'
import { permits } from './permits'
import { openAside } from './sqlite-aside'
import { openConnection, type SqliteConnection } from './sqlite-connection'
import { lockFile } from './sqlite-lock'
import { readWal } from './wal'

export interface SqliteOptions {
  file: string
  /** synchronous=OFF, for tests' speed (UNSAFE_DURABILITY=1). */
  unsafeDurability?: boolean
  /** After so long without a commit the log is brought over, however small it is; 0: never, where time is counted. */
  idleMs?: number
}
/** A reader that waits for something slow keeps its connection, the others go on. */
const readersMax = 4
/** Pages of many conversations are written in turn; SQLite's own 2 MiB hold those of some hundred. */
const writerCacheKiB = 64 * 1024

/**
 * Opens the file, and makes it and its folder when missing. Throws Error when another process has it (D2) or it cannot be
 * opened durably (D1).
 */
export async function openSqlite({ file, unsafeDurability = false, idleMs }: SqliteOptions): Promise<Db> {
  mkdirSync(path.dirname(path.resolve(file)), { recursive: true, mode: 0o700 })
  makePrivate(file)
  makePrivate(`${file}.lock`)
  const lock = lockFile(file)
  const options = { file, unsafeDurability }
  try {
    const writer = openConnection(options)
    writer.exec(`PRAGMA journal_size_limit=${walBytesKept}`)
    writer.exec(`PRAGMA cache_size=${-writerCacheKiB}`)
    const openReader = () => openConnection({ ...options, readOnly: true })
    return sqlite({ file, writer, openReader, checkpointer: await openAside(options), lock, idleMs })
  } catch (error) {
    lock.release()
    throw error
  }
}

/**
 * Snapshots of a file that another thread of this process has opened for writing. Its `write` is a bug and throws. Throws
 * Error when the file cannot be opened.
 */
export function openSnapshots({ file, unsafeDurability = false }: SqliteOptions): Db {
  const { read, lone, close } = snapshots(() => openConnection({ file, unsafeDurability, readOnly: true }))
  const write = () => Promise.reject(new Error('writes go to the thread that has opened the file for them'))
  return {
    dialect: 'sqlite',
    read,
    lone,
    write,
    now: async () => Date.now(),
    close: () => close(async () => undefined),
  }
}

/**
 * Makes it when it is missing, for nobody else to open (D14); SQLite gives its log and its index the same rights. A file that is
 * there is never opened: closing it would let go of every lock that this process has on it.
 */
function makePrivate(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

interface Parts {
  file: string
  writer: SqliteConnection
  openReader: () => SqliteConnection
  checkpointer: CheckpointConnection
  lock: { release(): void }
  idleMs: number | undefined
}

function sqlite({ file, writer, openReader, checkpointer, lock, idleMs }: Parts): Db {
  const writing = permits(1)
  const readers = snapshots(openReader)
  let open = true
  // Readers first: one of them may be waiting for a write.
  const alone = (work: () => Promise<void>) => readers.pause(() => writing(1, work))
  const pauses = { writers: (work: () => Promise<void>) => writing(1, work), all: alone }
  const log = checkpoints(readWal(file), checkpointer, pauses, idleMs)
  return {
    dialect: 'sqlite',
    write: (work) =>
      writing(1, async () => {
        assertOpen(open)
        const result = await transact(writer, work)
        if (log.afterCommit()) await nextRound()
        return result
      }),
    read: readers.read,
    lone: readers.lone,
    now: async () => Date.now(),
    close: () =>
      readers.close(() =>
        writing(1, async () => {
          if (!open) return
          open = false
          writer.close()
          await log.close()
          lock.release()
        }),
      ),
  }
}

const nextRound = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Connections for reading, opened as they are needed. */
function snapshots(openReader: () => SqliteConnection) {
  const reading = permits(readersMax)
  const idle: SqliteConnection[] = []
  let open = true
  const pause = (work: () => Promise<void>) => reading(readersMax, work)
  const withReader = <T>(work: (reader: SqliteConnection) => Maybe<T>) =>
    reading(1, async () => {
      assertOpen(open)
      const reader = idle.pop() ?? openReader()
      try {
        return await work(reader)
      } finally {
        idle.push(reader)
      }
    })
  const read: Db['read'] = (work) => withReader((reader) => onSnapshot(reader, work))
  return {
    read,
    lone: loneOver('sqlite', withReader),
    /** Runs `work` while nobody reads. */
    pause,
    /** Closes them, then runs `last`. */
    close: (last: () => Promise<void>) =>
      pause(async () => {
        open = false
        for (const reader of idle.splice(0)) reader.close()
        await last()
      }),
  }
}

function assertOpen(open: boolean): void {
  if (!open) throw new DbError('down', new Error('the database is closed'))
}

/** The thread that writes waits for the disk: nothing else is to be done on it meanwhile (ADR 0022). */
const transact = <T>(writer: SqliteConnection, work: Work<T>) =>
  within(writer, work, 'BEGIN IMMEDIATE', (sql) => writer.exec(sql))

/** Here they are kept statements: beginning and ending a snapshot meets no lock and no disk. */
const onSnapshot = <T>(reader: SqliteConnection, work: Work<T>) =>
  within(reader, work, 'BEGIN', (sql) => reader.run(sql))

type Work<T> = (connection: SqliteConnection) => Promise<T>

async function within<T>(
  connection: SqliteConnection,
  work: Work<T>,
  begin: string,
  say: (sql: string) => unknown,
): Promise<T> {
  say(begin)
  try {
    const result = await work(connection)
    say('COMMIT')
    return result
  } catch (error) {
    if (connection.inTransaction) connection.exec('ROLLBACK')
    throw error
  }
}
