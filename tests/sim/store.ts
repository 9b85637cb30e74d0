/** The database of a world, which outlives the nodes that open it. */
import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Db } from '../../server/db/connection'
import { migrate } from '../../server/db/migrate'
import { openMysql } from '../../server/db/mysql'
import { openSqlite } from '../../server/db/sqlite'

export interface Store {
  /** One life of a node opens it, and closes it when it is over. */
  open(): Promise<Db>
  drop(): Promise<void>
}

/** Memory where there is some: what is tested is what is written, not the disk. */
const fastFolder = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
const newFolder = () => mkdtempSync(path.join(fastFolder, 'tokenim-sim-'))

let emptyFile: Promise<Buffer> | undefined
/** A migrated database, made once. */
async function makeEmptyFile(): Promise<Buffer> {
  const folder = newFolder()
  const file = path.join(folder, 'tokenim.db')
  try {
    const db = await openSqlite({ file, unsafeDurability: true, idleMs: 0 })
    await migrate(db)
    await db.close()
    return readFileSync(file)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * A file that one process may open, so the nodes of a world share what is open. When the last of them has died it is opened
 * anew, as after a real crash.
 */
export async function sqliteStore(): Promise<Store> {
  const folder = newFolder()
  const file = path.join(folder, 'tokenim.db')
  writeFileSync(file, await (emptyFile ??= makeEmptyFile()))
  let shared: Promise<Db> | undefined
  let users = 0
  return {
    async open() {
      users++
      const db = await (shared ??= openSqlite({ file, unsafeDurability: true, idleMs: 0 }))
      return {
        ...db,
        async close() {
          if (--users > 0) return
          shared = undefined
          await db.close()
        },
      }
    },
    drop: async () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Time is counted here: no clock of the driver's or of the database's ends a snapshot that waits for it to pass. */
const mayRest = 'SET @rests = 1 /*M!, SESSION idle_transaction_timeout = 0 */'

/** A database of its own on a server; every life has its own connections. */
export async function mysqlStore(server: string): Promise<Store> {
  const name = `tokenim_test_${randomUUID().replaceAll('-', '').slice(0, 16)}`
  const url = new URL(`/${name}`, server).href
  const open = async (): Promise<Db> => {
    const db = await openMysql({ url, silentMs: 0, writersMax: 4, readersMax: 4 })
    return {
      ...db,
      read: (work) =>
        db.read(async (connection) => {
          await connection.run(mayRest)
          return work(connection)
        }),
    }
  }
  const first = await open()
  await migrate(first)
  return {
    open,
    async drop() {
      await first.write(async (connection) => connection.run(`DROP DATABASE ${name}`))
      await first.close()
    },
  }
}
