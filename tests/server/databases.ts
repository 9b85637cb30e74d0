/** The databases a contract suite runs on: `describe.each(databases)`. Each `open` is a fresh, migrated database. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Db, Dialect } from '../../server/db/connection'
import { migrate } from '../../server/db/migrate'
import { openMysql } from '../../server/db/mysql'
import { openSqlite } from '../../server/db/sqlite'

export interface TestDatabase {
  name: Dialect
  /** Closing it drops it. */
  open(options?: { migrated: boolean }): Promise<Db>
}

const sqlite: TestDatabase = {
  name: 'sqlite',
  async open({ migrated } = { migrated: true }) {
    const folder = mkdtempSync(path.join(tmpdir(), 'tokenim-'))
    const db = await openSqlite({ file: path.join(folder, 'tokenim.db'), unsafeDurability: true })
    if (migrated) await migrate(db)
    return { ...db, close: () => db.close().then(() => rmSync(folder, { recursive: true })) }
  },
}

const mysql = (server: string): TestDatabase => ({
  name: 'mysql',
  async open({ migrated } = { migrated: true }) {
    const name = `tokenim_test_${randomUUID().replaceAll('-', '').slice(0, 16)}`
    const db = await openMysql({ url: new URL(`/${name}`, server).href })
    if (migrated) await migrate(db)
    const drop = () => db.write(async (connection) => connection.run(`DROP DATABASE ${name}`))
    return { ...db, close: () => drop().then(() => db.close()) }
  },
})

/** The address in an environment variable; without it one line says what is not run. CI has a step that demands it. */
export function backend(variable: string, what: string): string | undefined {
  const url = process.env[variable]
  if (!url) console.info(`${variable} is not set: nothing is run on ${what}`)
  return url
}

const mysqlUrl = backend('TOKENIM_TEST_MYSQL', 'MySQL')
export const databases: TestDatabase[] = [sqlite, ...(mysqlUrl ? [mysql(mysqlUrl)] : [])]
