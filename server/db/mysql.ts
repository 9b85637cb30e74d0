/** The grown-up database: anything that speaks MySQL's protocol (tested: MariaDB 10.11). */
import {
  createConnection,
  createPool,
  type Pool,
  type PoolConnection,
  type PoolOptions,
} from 'mysql2/promise'
import type { Connection, Db } from './connection'
import { mysqlConnection } from './mysql-connection'
import { mysqlError } from './mysql-error'

export interface MysqlOptions {
  /** `mysql://user:password@host:port/database`. The database is made when missing and allowed. */
  url: string
  /** Open although commits are not flushed to disk (UNSAFE_DURABILITY=1). */
  unsafeDurability?: boolean
  writersMax?: number
  readersMax?: number
}

const session = [
  `SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO'`,
  // MariaDB alone reads the comment: a transaction that falls silent, because its node is frozen or cut off, lets go of its
  // locks before those who wait for them give up (F14).
  'SET SESSION innodb_lock_wait_timeout = 5 /*M!, idle_transaction_timeout = 3 */',
]
const readCommitted = 'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED'
const repeatableRead = 'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ'

/**
 * Opens two pools, for writes (READ COMMITTED) and for snapshots (REPEATABLE READ, read-only). Throws DbError `down` when
 * the server is not reachable, Error when its commits are not durable (rule D1).
 */
export async function openMysql({ url, unsafeDurability, ...sizes }: MysqlOptions): Promise<Db> {
  try {
    await makeDatabase(url)
    const writers = open(url, readCommitted, sizes.writersMax ?? 8)
    const readers = open(url, repeatableRead, sizes.readersMax ?? 8)
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
    write: (work) => transact(writers, 'START TRANSACTION', work),
    read,
    now: () =>
      read(async (connection) => {
        const sql = 'SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED) AS now'
        const [row] = await connection.all<{ now: number }>(sql)
        return row?.now ?? fail(new Error('the database told no time'))
      }),
    close: async () => {
      await Promise.all([writers.end(), readers.end()])
    },
  }
}

async function transact<T>(
  pool: Pool,
  begin: string,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const raw = await pool.getConnection().catch((error: unknown) => fail(mysqlError(error)))
  try {
    await raw.query(begin)
    const result = await work(connectionOf(raw))
    await raw.query('COMMIT')
    raw.release()
    return result
  } catch (error) {
    await giveBack(raw)
    throw mysqlError(error)
  }
}

const wrapped = new WeakMap<object, Connection>()
/** One wrapper per connection of the pool, whose query builder is then made once. */
function connectionOf(raw: PoolConnection): Connection {
  const known = wrapped.get(raw.connection)
  if (known) return known
  const made = mysqlConnection(raw)
  wrapped.set(raw.connection, made)
  return made
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

function open(url: string, isolation: string, connectionLimit: number): Pool {
  const pool = createPool({ ...options(url), connectionLimit, maxIdle: connectionLimit })
  // Commands queue per connection: these run before whatever the pool hands it out for.
  pool.pool.on('connection', (raw) => {
    for (const sql of [isolation, ...session]) raw.query(sql, (error) => error && raw.destroy())
  })
  return pool
}

const options = (uri: string): PoolOptions => ({
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
    await (await createConnection(options(url))).end()
  } catch (error) {
    if (!(error instanceof Error && 'errno' in error && error.errno === unknownDatabase)) throw error
    const server = new URL(url)
    const name = decodeURIComponent(server.pathname.slice(1))
    server.pathname = '/'
    const connection = await createConnection(options(server.href))
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
