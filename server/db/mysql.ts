/** The grown-up database: anything that speaks MySQL's protocol (tested: MariaDB 10.11). */
import type { Socket } from 'node:net'
import { createPool, type Pool, type PoolConnection as RawConnection, type PoolOptions } from 'mysql2'
import { createConnection, type PoolConnection } from 'mysql2/promise'
import { loneOver, type Connection, type Db, type Maybe } from './connection'
import { mysqlConnection } from './mysql-connection'
import { mysqlError } from './mysql-error'

export interface MysqlOptions {
  /** `mysql://user:password@host:port/database`. The database is made when missing and allowed. */
  url: string
  /** Open although commits are not flushed to disk (UNSAFE_DURABILITY=1). */
  unsafeDurability?: boolean
  /**
   * A connection in use on which nothing comes for so long is dead, though nobody said so; 0: however long it takes
   * (migrations). Longer than the wait for a lock.
   */
  silentMs?: number
  writersMax?: number
  readersMax?: number
}

const silentMsMax = 8_000
const session = [
  `SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO'`,
  // MariaDB alone reads the comment: a transaction that falls silent, because its node is frozen or cut off, lets go of its
  // locks before those who wait for them give up (F14).
  'SET SESSION innodb_lock_wait_timeout = 5 /*M!, idle_transaction_timeout = 3 */',
]
const readCommitted = 'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED'
/** A write transaction begins with its first statement: one round trip less. */
const withoutBegin = 'SET SESSION autocommit = 0'
const repeatableRead = 'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ'

/**
 * Opens two pools, for writes (READ COMMITTED) and for snapshots (REPEATABLE READ, read-only). Throws DbError `down` when
 * the server is not reachable, Error when its commits are not durable (rule D1).
 */
export async function openMysql(options: MysqlOptions): Promise<Db> {
  const { url, unsafeDurability, silentMs = silentMsMax, writersMax = 8, readersMax = 8 } = options
  try {
    await makeDatabase(url)
    const writers = open(url, [readCommitted, withoutBegin], writersMax, silentMs)
    const readers = open(url, [repeatableRead], readersMax, silentMs)
    const db = mysql(writers, readers)
    if (!unsafeDurability)
      await db.read(assertDurable).catch((error: unknown) => db.close().then(() => fail(error)))
    return db
  } catch (error) {
    throw mysqlError(error)
  }
}
const fail = (error: unknown): never => {
  throw error
}

function mysql(writers: Pool, readers: Pool): Db {
  const read: Db['read'] = (work) =>
    transact(readers, 'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY', work)
  return {
    dialect: 'mysql',
    write: (work) => transact(writers, undefined, work),
    read,
    lone: loneOver('mysql', (work) => outside(readers, work)),
    now: () =>
      read(async (connection) => {
        const sql = 'SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED) AS now'
        const [row] = await connection.all<{ now: number }>(sql)
        return row?.now ?? fail(new Error('the database told no time'))
      }),
    close: async () => {
      await Promise.all([writers.promise().end(), readers.promise().end()])
    },
  }
}

async function transact<T>(
  pool: Pool,
  begin: string | undefined,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const { raw, connection } = await take(pool)
  try {
    if (begin) await raw.query(begin)
    const result = await work(connection)
    await raw.query('COMMIT')
    raw.release()
    return result
  } catch (error) {
    await giveBack(raw)
    throw mysqlError(error)
  }
}

/** What mysql2's types leave out. */
interface HasStream {
  readonly stream: Socket
}
interface Pooled {
  raw: PoolConnection
  connection: Connection
}
const pooled = new WeakMap<RawConnection, Pooled>()

/**
 * A free connection. Its promises and its query builder are made once: made at every turn, they cost a twentieth of a
 * message (docs/performance.md). Throws DbError `down` when none can be had.
 */
async function take(pool: Pool): Promise<Pooled> {
  const callbacks = await new Promise<RawConnection>((resolve, reject) => {
    pool.getConnection((error, free) => (error ? reject(error) : resolve(free)))
  }).catch((error: unknown) => fail(mysqlError(error)))
  const made = pooled.get(callbacks) ?? makePooled(callbacks)
  pooled.set(callbacks, made)
  return made
}

function makePooled(callbacks: RawConnection): Pooled {
  const raw = callbacks.promise()
  return { raw, connection: mysqlConnection(raw) }
}

/** Runs one statement without a transaction. */
async function outside<T>(pool: Pool, work: (connection: Connection) => Maybe<T>): Promise<T> {
  const { raw, connection } = await take(pool)
  try {
    const result = await work(connection)
    raw.release()
    return result
  } catch (error) {
    await giveBack(raw)
    throw mysqlError(error)
  }
}

/** A connection whose rollback fails is not used again. */
async function giveBack(raw: PoolConnection): Promise<void> {
  try {
    await raw.query('ROLLBACK')
    raw.release()
  } catch {
    raw.destroy()
  }
}

function open(url: string, modes: readonly string[], connectionLimit: number, silentMs: number): Pool {
  const pool = createPool({ ...poolOptions(url), connectionLimit, maxIdle: connectionLimit })
  const streamOf = (raw: unknown) => (raw as HasStream).stream
  // Commands queue per connection: these run before whatever the pool hands it out for.
  pool.on('connection', (raw) => {
    const stream = streamOf(raw)
    stream.on('timeout', () => stream.destroy())
    for (const sql of [...session, ...modes]) raw.query(sql, (error) => error && raw.destroy())
  })
  pool.on('acquire', (raw) => streamOf(raw).setTimeout(silentMs))
  pool.on('release', (raw) => streamOf(raw).setTimeout(0))
  return pool
}

const poolOptions = (uri: string): PoolOptions => ({
  uri,
  charset: 'utf8mb4_bin',
  flags: ['FOUND_ROWS'],
  supportBigNumbers: true,
  decimalNumbers: true,
  // A stack for each statement costs a tenth of a message (docs/performance.md).
  trace: false,
  connectTimeout: 10_000,
  enableKeepAlive: true,
})

const unknownDatabase = 1049
async function makeDatabase(url: string): Promise<void> {
  try {
    await (await createConnection(poolOptions(url))).end()
  } catch (error) {
    if (!(error instanceof Error && 'errno' in error && error.errno === unknownDatabase)) throw error
    const server = new URL(url)
    const name = decodeURIComponent(server.pathname.slice(1))
    server.pathname = '/'
    const connection = await createConnection(poolOptions(server.href))
    await connection
      .query(`CREATE DATABASE IF NOT EXISTS \`${name.replaceAll('`', '``')}\` CHARACTER SET utf8mb4`)
      .finally(() => connection.end())
  }
}

/** Throws Error when the server may lose a commit that it confirmed (rule D1). */
export async function assertDurable(connection: Connection): Promise<void> {
  const [row] = await connection.all<{ flush: number }>('SELECT @@innodb_flush_log_at_trx_commit AS flush')
  if (row?.flush !== 1)
    throw new Error(
      `innodb_flush_log_at_trx_commit is ${row?.flush}: set it to 1, or UNSAFE_DURABILITY=1 to lose what was acknowledged`,
    )
}
