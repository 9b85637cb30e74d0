/** Two real servers on one database, for all tests of a describe. */
import { afterAll, beforeAll } from 'vitest'
import { redisUrl } from './buses'
import { launchServer, serverBackends, type LaunchedServer, type ServerBackend } from './launch'

/** Databases that several servers can share: `describe.each(sharedBackends)`. */
export const sharedBackends = serverBackends().filter(({ name }) => name === 'mysql')
/** The same, where there is a Redis to put between them. */
export const sharedWithRedis = redisUrl ? sharedBackends : []

/** Starts them on a fresh store before the tests; gives their addresses. */
export function twoServers(store: ServerBackend, env: Record<string, string>): () => [string, string] {
  let servers: LaunchedServer[] = []
  let drop = async () => {}
  beforeAll(async () => {
    const made = await store.fresh()
    drop = made.drop
    const all = { ...made.env, JWT_SECRET: 'one secret of both: 0123456789 abcdef', ...env }
    servers = await Promise.all([1, 2].map(() => launchServer(undefined, { env: all })))
  })
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()))
    await drop()
  })
  return () => servers.map(({ url }) => url) as [string, string]
}
