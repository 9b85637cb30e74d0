/** What is measured: the real server on each database, and the tutorial server of reference/. */
import path from 'node:path'
import Database from 'libsql'
import { launchServer, serverBackends, type LaunchedServer, type ServerBackend } from '../tests/server/launch'
import { pidOf } from './cpu'
import type { DialectName, Peer } from './dialects'
import { makePeople } from './people'

export interface Contender {
  name: string
  dialect: DialectName
  server: LaunchedServer
  /** The server and, where it has one, its database server. */
  pids: number[]
  /** Both ends of each conversation, ready to connect. */
  peers(): Promise<[Peer, Peer][]>
  /** Messages that it has stored so far. */
  stored(): Promise<number>
  stop(): Promise<void>
}
export interface ContenderOptions {
  pairCount: number
  /** The built server; absent: its sources. */
  entry?: string
  env?: Record<string, string>
}

/** Starts everything that can be measured here; without TOKENIM_TEST_MYSQL one line says that MariaDB was left out. */
export async function contenders(options: ContenderOptions): Promise<Contender[]> {
  const started: Contender[] = []
  try {
    for (const store of serverBackends()) started.push(await tokenimOn(store, options))
    started.push(await reference(options))
    return started
  } catch (error) {
    for (const { stop } of started) await stop()
    throw error
  }
}

/** The real server with durable settings and users who are friends; rate limits are counted, but not reached. */
export async function tokenimOn(store: ServerBackend, options: ContenderOptions): Promise<Contender> {
  const { pairCount, entry, env = {} } = options
  const name = `tokenim on ${store.name === 'mysql' ? 'mariadb' : store.name}`
  const server = await launchServer(store, {
    env: { RATE_LIMIT_FACTOR: '100000', ...env },
    ...(entry ? { entry } : {}),
  })
  try {
    const people = await makePeople(server.url, pairCount, (done) => {
      if (done % 20 === 0) process.stderr.write(`${name}: ${done} of ${pairCount} pairs are friends\n`)
    })
    const pids = [server.pid, ...(store.name === 'mysql' ? databasePids() : [])]
    const { peers, messages: stored } = people
    return { name, dialect: 'tokenim', server, pids, peers, stored, stop: () => server.stop() }
  } catch (error) {
    await server.stop()
    throw error
  }
}

/** The tutorial server on a store of its own. */
export async function reference({ pairCount }: Pick<ContenderOptions, 'pairCount'>): Promise<Contender> {
  const server = await launchServer(undefined, { entry: 'bench/reference/server.ts' })
  const peers = Array.from({ length: pairCount }, (_, n): [Peer, Peer] => [
    { key: `a${n}`, to: `b${n}` },
    { key: `b${n}`, to: `a${n}` },
  ])
  return {
    name: 'reference',
    dialect: 'reference',
    server,
    pids: [server.pid],
    peers: async () => peers,
    stored: async () => countMessages(path.join(server.dataDir, 'reference.db')),
    stop: () => server.stop(),
  }
}

function countMessages(file: string): number {
  const db = new Database(file)
  try {
    return (db.prepare('SELECT COUNT(*) AS count FROM messages').get() as { count: number }).count
  } finally {
    db.close()
  }
}

/** None when the database runs on another machine: then its CPU is not counted. */
function databasePids(): number[] {
  const { hostname } = new URL(process.env.TOKENIM_TEST_MYSQL ?? '')
  if (!['127.0.0.1', 'localhost'].includes(hostname)) return []
  const pid = pidOf('mariadbd') ?? pidOf('mysqld')
  return pid ? [pid] : []
}
