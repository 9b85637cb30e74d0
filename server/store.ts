/** The database that the settings name, opened, up to date, and with the one way to write to it. */
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { commitHere, type OpenCommit } from './commit'
import type { Config } from './config'
import type { Db } from './db/connection'
import { migrate } from './db/migrate'
import { openMysql } from './db/mysql'
import { othersLive } from './db/nodes'
import { openSnapshots } from './db/sqlite'
import type { Log } from './failure'
import type { Tools } from './handle'
import { leaseIds } from './lease-ids'
import { keepPrivate } from './private'
import { startWriter } from './writer-thread'
import type { WriterStart } from './writer-port'

export interface Store {
  /** For reading. */
  readonly db: Db
  readonly openCommit: OpenCommit
  /** Does another node serve this database? */
  othersLive(): Promise<boolean>
  /** After the commit is closed. */
  close(): Promise<void>
}
export interface StoreOptions {
  config: Config
  tools: Tools
  log: Log
  /** This process must not go on. */
  onFatal: (error: unknown) => void
  /** The script that becomes the writing thread when it is started as one. */
  writerScript: URL
}

/** Throws Error or DbError when the database cannot be opened. */
export const openStore = (options: StoreOptions): Promise<Store> =>
  options.config.databaseUrl ? openShared(options, options.config.databaseUrl) : openEmbedded(options)

/** One process per file, and a thread of its own for writing. */
async function openEmbedded({ config, log, onFatal, writerScript }: StoreOptions): Promise<Store> {
  const { dataDir, unsafeDurability, jwtSecret: secret } = config
  const start: WriterStart = { file: path.join(dataDir, 'tokenim.db'), unsafeDurability, secret }
  const worker = openThread(writerScript, start)
  const writer = await startWriter({ worker, log, onFatal })
  const db = openSnapshots(start)
  // What the database made beside itself, too (D14).
  keepPrivate(dataDir)
  return {
    db,
    openCommit: writer.openCommit,
    othersLive: async () => false,
    async close() {
      await db.close()
      await writer.close()
    },
  }
}

/** From its sources (`npm run dev`, tests) a thread needs tsx told anew: what was registered holds for the first one alone. */
function openThread(script: URL, workerData: WriterStart): Worker {
  if (!script.pathname.endsWith('.ts')) return new Worker(script, { workerData })
  const tsx = JSON.stringify(import.meta.resolve('tsx/esm/api'))
  const code = `import(${tsx}).then(({ register }) => { register(); return import(${JSON.stringify(script.href)}) })`
  return new Worker(code, { eval: true, workerData })
}

/** MySQL: many nodes, each with a number. A migration of large tables may be silent for minutes. */
async function openShared({ config, tools, log, onFatal }: StoreOptions, url: string): Promise<Store> {
  const { unsafeDurability } = config
  const patient = await openMysql({ url, unsafeDurability, silentMs: 0 })
  await migrate(patient).finally(() => patient.close())
  const db = await openMysql({ url, unsafeDurability })
  const { lease, newId } = await leaseIds(db, { onLost: onFatal })
  return {
    db,
    openCommit: commitHere({ db, tools, log, onFatal, newId }),
    othersLive: () => othersLive(db, lease),
    async close() {
      lease.close()
      await db.close()
    },
  }
}
