/** Brings a database to the shape this server knows, forward only (rule D4). */
import type { Connection, Db } from './connection'
import { migrations, type Migration } from './migrations'
import { schemaOf } from './schema'

const lockWaitSeconds = 60

/**
 * Runs what is missing, under a lock, so that nodes may start together. `all` is for tests. Throws Error when the database
 * is newer than this server. Returns the ids that were run.
 */
export const migrate = (db: Db, all: readonly Migration[] = migrations): Promise<number[]> =>
  db.write(async (connection) => {
    if (connection.dialect === 'sqlite') return forward(connection, all)
    await lock(connection)
    try {
      return await forward(connection, all)
    } finally {
      await connection.all(`SELECT RELEASE_LOCK(CONCAT('tokenim.migrate.', DATABASE())) AS released`)
    }
  })

async function forward(connection: Connection, all: readonly Migration[]): Promise<number[]> {
  const schema = await schemaOf(connection)
  const { int, text } = schema
  for (const sql of schema.table('migrations', [`id ${int} PRIMARY KEY`, `name ${text(100)}`]))
    await connection.run(sql)
  const done = await connection.all<{ id: number }>('SELECT id FROM migrations ORDER BY id')
  const newest = done.at(-1)?.id ?? 0
  const known = all.at(-1)?.id ?? 0
  if (newest > known)
    throw new Error(
      `the database is at migration ${newest}, this server knows ${known}: start a newer server`,
    )
  const missing = all.filter(({ id }) => id > newest)
  for (const { id, name, statements } of missing) {
    for (const sql of statements(schema)) await connection.run(sql)
    await connection.run('INSERT INTO migrations (id, name) VALUES (?, ?)', [id, name])
  }
  return missing.map(({ id }) => id)
}

async function lock(connection: Connection): Promise<void> {
  const [row] = await connection.all<{ got: number | null }>(
    `SELECT GET_LOCK(CONCAT('tokenim.migrate.', DATABASE()), ${lockWaitSeconds}) AS got`,
  )
  if (row?.got !== 1) throw new Error(`another node has been migrating for ${lockWaitSeconds} s`)
}
