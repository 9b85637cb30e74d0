/** The database of a measured server, from outside. */
import path from 'node:path'
import type { Db } from '../server/db/connection'
import { migrate } from '../server/db/migrate'
import { openMysql } from '../server/db/mysql'
import { openSqlite } from '../server/db/sqlite'
import { openConnection } from '../server/db/sqlite-connection'
import { fill, type World } from './world'

/** Settings of a server, as it was told them. */
export type Env = Readonly<Record<string, string>>

const fileOf = (env: Env): string => path.join(env.DATA_DIR ?? '', 'tokenim.db')

const open = (env: Env): Promise<Db> =>
  env.DATABASE_URL
    ? openMysql({ url: env.DATABASE_URL })
    : openSqlite({ file: fileOf(env), unsafeDurability: true })

/** Makes and fills the database of a server that has not started yet. Throws TooSlow when the time is up. */
export async function makeStore(env: Env, world: World, withinMs: number): Promise<void> {
  const db = await open(env)
  // A process that waits for nothing but the driver's thread ends in the middle of it.
  const awake = setInterval(() => undefined, 1_000)
  try {
    await migrate(db)
    await fill(db, world, withinMs)
  } finally {
    clearInterval(awake)
    await db.close()
  }
}

/** What a select gives, beside the running server. */
export async function readStore<T>(env: Env, sql: string): Promise<T[]> {
  if (env.DATABASE_URL) {
    const db = await open(env)
    return db.read(async (connection) => connection.all<T>(sql)).finally(() => db.close())
  }
  const reader = openConnection({ file: fileOf(env), readOnly: true })
  try {
    return reader.all<T>(sql)
  } finally {
    reader.close()
  }
}
