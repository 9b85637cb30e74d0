/** The grown-up database: anything that speaks MySQL's protocol (tested: MariaDB 10.11). */
import type { Socket } from 'node:net'
import { createPool, type Pool, type PoolConnection as RawConnection, type PoolOptions } from 'mysql2'
import { createConnection } from 'mysql2/promise'
import { loneOver, type Connection, type Db, type Maybe } from './connection'
import { mysqlConnection } from './mysql-connection'
import { mysqlError } from './mysql-error'
import { oneByOne, together, Untold, type Line } from './mysql-packet'

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
    const writing = { modes: [readCommitted, withoutBegin], multipleStatements: true }
    const reading = { modes: [repeatableRead], multipleStatements: false }
    const writers = open(url, { ...writing, connectionLimit: writersMax, silentMs })
    const readers = open(url, { ...reading, connectionLimit: readersMax, silentMs })
    const db = mysql(writers, readers)
    const assertAll = async () => {
      await db.write(assertEscapes)
      if (!unsafeDurability) await db.read(assertDurable)
    }
    await assertAll().catch((error: unknown) => db.close().then(() => fail(error)))
    return db
  } catch (error) {
    throw mysqlError(error)
  }
}
const fail = (error: unknown): never => {
  throw error
}

function mysql(writers: Pool, readers: Pool): Db {
  const begin = 'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY'
  const read: Db['read'] = (work) => transact(readers, 'oneByOne', work, begin)
  return {
    dialect: 'mysql',
    write: (work) =>
      transact(writers, 'together', work).catch((error: unknown) => {
        if (error instanceof Untold) return transact(writers, 'oneByOne', work)
        throw error
      }),
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
  way: 'together' | 'oneByOne',
  work: (connection: Connection) => Promise<T>,
  begin?: string,
): Promise<T> {
  const taken = await take(pool)
  const { line, connection } = taken[way]
  try {
    if (begin) await connection.run(begin)
    const result = await work(connection)
    await connection.run('COMMIT')
    taken.raw.release()
    return result
  } catch (error) {
    line.reset()
    await giveBack(taken.raw)
    throw mysqlError(error)
  }
}

/** What mysql2's types leave out. */
interface HasStream {
  readonly stream: Socket
}
interface Way {
  readonly line: Line
  readonly connection: Connection
}
interface Pooled {
  readonly raw: RawConnection
  readonly together: Way
  readonly oneByOne: Way
}
const pooled = new WeakMap<RawConnection, Pooled>()

/**
 * A free connection. What stands before it is made once: made at every turn, it cost a twentieth of a message
 * (docs/performance.md). Throws DbError `down` when none can be had.
 */
async function take(pool: Pool): Promise<Pooled> {
  const raw = await new Promise<RawConnection>((resolve, reject) => {
    pool.getConnection((error, free) => (error ? reject(error) : resolve(free)))
  }).catch((error: unknown) => fail(mysqlError(error)))
  const made = pooled.get(raw) ?? { raw, together: wayOf(together(raw)), oneByOne: wayOf(oneByOne(raw)) }
  pooled.set(raw, made)
  return made
}

const wayOf = (line: Line): Way => ({ line, connection: mysqlConnection(line) })

/** Runs one statement without a transaction. */
async function outside<T>(pool: Pool, work: (connection: Connection) => Maybe<T>): Promise<T> {
  const { raw, oneByOne } = await take(pool)
  try {
    const result = await work(oneByOne.connection)
    raw.release()
    return result
  } catch (error) {
    await giveBack(raw)
    throw mysqlError(error)
  }
}

/** A connection whose rollback fails is not used again. */
async function giveBack(raw: RawConnection): Promise<void> {
  try {
    await raw.promise().query('ROLLBACK')
    raw.release()
  } catch {
    raw.destroy()
  }
}

interface PoolPlan {
  modes: readonly string[]
  connectionLimit: number
  silentMs: number
  /** Several in one packet. Only where texts are fixed and binds pass mysql-text.ts. */
  multipleStatements: boolean
}

function open(url: string, { modes, silentMs, ...limits }: PoolPlan): Pool {
  const pool = createPool({ ...poolOptions(url), ...limits, maxIdle: limits.connectionLimit })
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

/** Throws Error where a backslash in a text would be no more than that (mysql-text.ts). */
export async function assertEscapes(connection: Connection): Promise<void> {
  const [row] = await connection.all<{ mode: string }>('SELECT @@sql_mode AS mode')
  if (!row || /NO_BACKSLASH_ESCAPES|ANSI_QUOTES/.test(row.mode))
    throw new Error(`sql_mode is ${row?.mode}: texts could not be escaped`)
}
