/** What is measured: the real server on each database, a bare relay, and the tutorial server of reference/. */
import path from 'node:path'
import { launchServer, serverBackends, type LaunchedServer } from '../tests/server/launch'
import type { DialectName, Peer } from './dialects'
import { countMessages, fillDatabase } from './reference/schema'
import { tokenim } from './tokenim'
import type { World } from './world'

export const contenderNames = ['tokenim-sqlite', 'tokenim-mariadb', 'reference', 'ws'] as const
export type ContenderName = (typeof contenderNames)[number]

export interface Contender {
  readonly name: ContenderName
  readonly dialect: DialectName
  readonly server: LaunchedServer
  /** The server and, where it has one, its database server. */
  pids(): number[]
  /** Both ends of the conversations of the first so many pairs, with tokens that hold for some minutes. */
  pairs(count: number): Promise<[Peer, Peer][]>
  /** The first so many users. */
  users(count: number): Peer[]
  /** So many users, who all speak in the room. */
  room(members: number): Promise<Peer[]>
  /** Messages that it has stored so far; undefined: it keeps none. */
  stored(): Promise<number | undefined>
  stop(): Promise<void>
}
export interface ContenderOptions {
  world: World
  /** The built server of ours; absent: its sources. */
  entry?: string
  env?: Record<string, string>
  /** For filling the database. */
  withinMs?: number
}

/** Those that can be measured here; without TOKENIM_TEST_MYSQL one line says that MariaDB was left out. */
export function available(): ContenderName[] {
  const missing = serverBackends().some(({ name }) => name === 'mysql') ? undefined : 'tokenim-mariadb'
  return contenderNames.filter((name) => name !== missing)
}

/** Starts one. Throws TooSlow when its database could not be filled in time. */
export function startContender(name: ContenderName, options: ContenderOptions): Promise<Contender> {
  if (name === 'reference') return reference(options.world)
  return name === 'ws' ? relay() : tokenim(name, options)
}

/** The tutorial server on a store of its own. To it a conversation is the name of a receiver. */
async function reference({ users, perPair = 0, messages = 0 }: World): Promise<Contender> {
  const fileIn = (folder = '') => path.join(folder, 'reference.db')
  const server = await launchServer(undefined, {
    entry: 'bench/reference/server.ts',
    prepare: async ({ DATA_DIR }) => fillDatabase(fileIn(DATA_DIR), users / 2, perPair * messages),
  })
  const stored = async () => countMessages(fileIn(server.dataDir))
  return { ...named('reference', server), stored }
}

/** It keeps nothing. */
async function relay(): Promise<Contender> {
  const server = await launchServer(undefined, { entry: 'bench/relay/server.ts' })
  return { ...named('ws', server), stored: async () => undefined }
}

/** A server that knows users by name, and lets anybody in. */
function named(name: 'reference' | 'ws', server: LaunchedServer): Omit<Contender, 'stored'> {
  const pair = (n: number): [Peer, Peer] => [
    { key: `a${n}`, to: [`b${n}`] },
    { key: `b${n}`, to: [`a${n}`] },
  ]
  return {
    ...{ name, dialect: name, server },
    pids: () => [server.pid],
    pairs: async (count) => Array.from({ length: count }, (_, n) => pair(n)),
    users: (count) => Array.from({ length: count }, (_, n) => ({ key: `u${n}`, to: [] })),
    room: async (members) =>
      Array.from({ length: members }, (_, n) => ({ key: `m${n}`, to: ['room'], room: true })),
    stop: () => server.stop(),
  }
}
