/** The real server, on a database that was filled before it starts. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { createTokens } from '../server/accounts/tokens'
import { launchServer, serverBackends } from '../tests/server/launch'
import type { Contender, ContenderOptions } from './contenders'
import type { Peer } from './dialects'
import { makeStore, readStore, type Env } from './store'
import { directsOf, roomId, sessionId, userId } from './world'

const secret = 'the bench signs its own access tokens with this'
const tokens = createTokens(secret)
const limits = { RATE_LIMIT_FACTOR: '100000', SOCKETS_PER_ADDRESS: '1000000' }

/** Its settings are those of production; rate limits are counted, but not reached. Throws TooSlow as `fill` does. */
export async function tokenim(
  name: 'tokenim-sqlite' | 'tokenim-mariadb',
  { world, entry, env, withinMs = 180_000 }: ContenderOptions,
): Promise<Contender> {
  const isMariadb = name === 'tokenim-mariadb'
  const backend = serverBackends().find((store) => (store.name === 'mysql') === isMariadb)
  if (!backend) throw new Error(`${name} is not there`)
  let store: Env = {}
  const server = await launchServer(backend, {
    env: { ...limits, JWT_SECRET: secret, ...env },
    ...(entry ? { entry } : {}),
    prepare: (settings) => makeStore((store = settings), world, withinMs),
  })
  const database = isMariadb ? await databasePids(store) : []
  const counts = (sql: string) => readStore<{ stream: number; count: number }>(store, sql)
  return {
    ...{ name, dialect: 'tokenim', server },
    pids: () => [server.pid, ...database],
    async pairs(count) {
      const heads = await counts('select stream, seq as count from heads where seq > 0')
      const seqs = new Map(heads.map((head) => [head.stream, head.count]))
      return Array.from({ length: count }, (_, pair): [Peer, Peer] => {
        const to = directsOf(pair, world.perPair ?? 0)
        const seen = to.map((id) => seqs.get(id) ?? 0)
        return [peer(2 * pair, to, seen), peer(2 * pair + 1, to, seen)]
      })
    },
    users: (count) => Array.from({ length: count }, (_, n) => peer(n, [], [])),
    async room(members) {
      const [head] = await counts(`select stream, seq as count from heads where stream = ${roomId}`)
      return Array.from({ length: members }, (_, n) => peer(n, [roomId], [head?.count ?? 0]))
    },
    stored: async () => (await counts('select 0 as stream, count(*) as count from messages'))[0]?.count ?? 0,
    stop: () => server.stop(),
  }
}

function peer(n: number, to: readonly number[], seen: readonly number[]): Peer {
  const facts = { userId: userId(n), sessionId: sessionId(n) }
  return { key: tokens.access(facts, Date.now()).accessToken, to: to.map(String), seen }
}

/** The database server's process; none when it runs on another machine: then its CPU is not counted. */
async function databasePids(store: Env): Promise<number[]> {
  const { hostname } = new URL(store.DATABASE_URL ?? '')
  if (!['127.0.0.1', '[::1]', 'localhost'].includes(hostname)) return []
  const [row] = await readStore<{ file: string; folder: string }>(
    store,
    'select @@pid_file as file, @@datadir as folder',
  )
  return row ? [Number(readFileSync(path.resolve(row.folder, row.file), 'utf8'))] : []
}
