/**
 * A server with many users, written straight into its database before it starts: nobody has to hash five thousand
 * passwords, and conversations may have more places than two. Tokens are signed with the secret the server is given.
 */
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { createTokens } from '../../server/accounts'
import type { Connection } from '../../server/db/connection'
import { openSqlite } from '../../server/db/sqlite'
import type { Tables } from '../../server/db/tables'
import { launchServer, type LaunchedServer } from '../server/launch'

export interface Person {
  readonly userId: number
  readonly sessionId: number
  readonly token: string
}
/** What a test asks for: `talks` are conversations, each a list of indexes of its people. */
export interface CrowdOptions {
  people: number
  talks: readonly (readonly number[])[]
  env?: Record<string, string>
  /** What is run instead of the sources. */
  entry?: string
}
export interface Crowd {
  readonly server: LaunchedServer
  readonly people: readonly Person[]
  readonly talks: readonly number[]
}

/** Ids as the server makes them lie far above. */
const firstUser = 1_000_000
const firstSession = 2_000_000
const firstTalk = 3_000_000

/** Starts a server on SQLite, stops it, fills its database, and starts it again. */
export async function launchCrowd({ people: count, talks, env, entry }: CrowdOptions): Promise<Crowd> {
  const secret = `${randomUUID()}${randomUUID()}`
  const server = await launchServer(undefined, {
    env: { JWT_SECRET: secret, RATE_LIMIT_FACTOR: '100000', SOCKETS_PER_ADDRESS: '100000', ...env },
    ...(entry ? { entry } : {}),
  })
  try {
    await server.terminate()
    const db = await openSqlite({ file: path.join(server.dataDir, 'tokenim.db') })
    await db.write((connection) => fill(connection, count, talks)).finally(() => db.close())
    await server.restart()
  } catch (error) {
    await server.stop()
    throw error
  }
  const tokens = createTokens(secret)
  const people = Array.from({ length: count }, (_, n) => {
    const [userId, sessionId] = [firstUser + n, firstSession + n]
    return { userId, sessionId, token: tokens.access({ userId, sessionId }, Date.now()).accessToken }
  })
  return { server, people, talks: talks.map((_, n) => firstTalk + n) }
}

async function fill(c: Connection, count: number, talks: CrowdOptions['talks']): Promise<void> {
  const versions = Array<number>(count).fill(1)
  for (let n = 0; n < count; n++) await insertPerson(c, n)
  for (const [n, members] of talks.entries()) await insertTalk(c, firstTalk + n, members, versions)
  for (const [n, version] of versions.entries())
    await insert(c, 'heads', { stream: firstUser + n, version, ...noMessages })
}

async function insertPerson(c: Connection, n: number): Promise<void> {
  const [id, name, at] = [firstUser + n, `crowd${n}`, Date.now()]
  await insert(c, 'users', {
    ...{ id, version: 1, account: name, account_key: name, name, sort_key: name, letter: 'C' },
    ...{ password_hash: '-', register_client_id: `crowd-${n}`, created_at: at },
  })
  await insert(c, 'sessions', {
    ...{ id: firstSession + n, user_id: id, refresh_hash: `crowd-${n}`, previous_hash: null },
    ...{ device_name: 'crowd', platform: 'other', created_at: at, used_at: at, ended_at: null },
  })
}

async function insertTalk(
  c: Connection,
  id: number,
  members: readonly number[],
  versions: number[],
): Promise<void> {
  const at = Date.now()
  await insert(c, 'conversations', { id, version: 1, kind: 'direct', created_at: at })
  for (const [order, n] of members.entries()) {
    await insert(c, 'places', {
      ...{ conversation_id: id, user_id: firstUser + n, version: 2 + order, role: 'member' },
      ...{ intervals_json: '[[1,null]]', friends: 1, joined_seq: 0, joined_countable: 0 },
      ...{ cleared_seq: 0, cleared_countable: 0, read_seq: 0, read_countable: 0, last_spoke_at: 0 },
    })
    const peer = members[(order + 1) % members.length] ?? n
    const version = (versions[n] = (versions[n] ?? 0) + 1)
    await insert(c, 'entries', {
      ...{ user_id: firstUser + n, conversation_id: id, version, kind: 'direct' },
      ...{ peer_id: firstUser + peer, at },
    })
  }
  await insert(c, 'heads', { stream: id, version: 1 + members.length, ...noMessages })
}

const noMessages = { seq: 0, countable: 0, last_at: 0 }

async function insert<T extends keyof Tables>(c: Connection, table: T, row: Tables[T]): Promise<void> {
  const columns = Object.keys(row)
  const binds = Object.values(row) as (string | number | null)[]
  const places = columns.map(() => '?').join(', ')
  await c.run(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places})`, binds)
}
