/**
 * Two servers on one MariaDB whose Redis is flushed, killed and frozen while people talk across them: nothing is lost,
 * doubled or refused; what hints did, the table of changes does (Y12).
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { nothingBroken } from '../history'
import { launchServer, type LaunchedServer } from '../server/launch'
import type { Instance } from './child'
import { delaysOf, Listener, type Delays } from './deliveries'
import { Load, waitFor } from './load'
import { startMariadb } from './mariadb-instance'
import { startRedis, type RedisInstance } from './redis-instance'

const frozenMs = 30_000
const awayMs = 7_000
const lateMsMax = 5_000
/** Fast: the median of what was acked in so long a time. */
const [fastMs, windowMs, healWithinMs] = [300, 1_500, 10_000]

let database: Instance
let redis: RedisInstance
let servers: LaunchedServer[] = []
beforeAll(async () => {
  ;[database, redis] = await Promise.all([startMariadb(), startRedis()])
  const env = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    JWT_SECRET: 'one secret of both: 0123456789 abcdef',
    RATE_LIMIT_FACTOR: '100000',
  }
  // One after the other: the first makes the tables.
  servers = [await launchServer(undefined, { env }), await launchServer(undefined, { env })]
})
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()))
  await Promise.all([database.stop(), redis.stop()])
})

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * Four pairs across the servers of whom only one speaks, so that the other's server hears of it by hints or late; and two
 * pairs who answer each other, whose conversations are written on both.
 */
async function startTalking() {
  const [one, two] = servers.map(
    ({ url }) =>
      () =>
        url,
  ) as [() => string, () => string]
  const common = { urls: [one, two] as const, inFlight: 2, everyMs: 50 }
  const load = await Load.start({
    ...common,
    pairs: 4,
    name: 'oneway',
    speaks: (pair, side) => pair % 2 === side,
  })
  const both = await Load.start({ ...common, pairs: 2, name: 'bothways' })
  const listeners = load.pairs.flatMap(({ a, b, conversationId }) => [
    Listener.start(one(), a, conversationId),
    Listener.start(two(), b, conversationId),
  ])
  return { load, both, listeners: await Promise.all(listeners) }
}

it(
  '[Y12] [F4] [S4] Redis is flushed, killed and frozen: nothing is lost, doubled or refused, and little is late',
  { timeout: 240_000 },
  async () => {
    const { load, both, listeners } = await startTalking()
    const heardAt = (id: string) => listeners.find((listener) => listener.heardAt.has(id))?.heardAt.get(id)
    const { ackedAt } = load.history
    const phases: [name: string, from: number, to: number][] = []
    const during = async (name: string, work: () => Promise<unknown>) => {
      const from = performance.now()
      await work()
      phases.push([name, from, performance.now()])
    }
    const heal = () => fastAgain((from, to) => delaysOf(ackedAt, heardAt, from, to))
    try {
      await heal()
      await during('at rest', () => wait(2_000))
      await during('flushed', () => redis.flush().then(() => wait(2_000)))
      await during('killed', () => redis.kill9().then(() => wait(awayMs)))
      await redis.restart()
      const afterKill = await heal()
      redis.freeze()
      await during('frozen', () => wait(frozenMs))
      redis.thaw()
      const afterFreeze = await heal()
      const verdicts = [await load.finish(), await both.finish()]
      const isHeard = (id: string) => heardAt(id) !== undefined
      await waitFor('everything to be heard', lateMsMax, () => [...ackedAt.keys()].every(isHeard))
      const delays = phases.map(([name, from, to]) => [name, delaysOf(ackedAt, heardAt, from, to)] as const)
      console.log(
        `Redis flushed, killed and frozen for ${frozenMs / 1000} s: ` +
          `${load.acks} and ${both.acks} acked messages, ${JSON.stringify(verdicts.map(({ broken }) => broken))}\n` +
          `fast again ${Math.round(afterKill)} ms after the kill, ${Math.round(afterFreeze)} ms after the freeze\n` +
          delays.map(told).join('\n'),
      )
      for (const verdict of verdicts) expect(verdict).toMatchObject({ broken: nothingBroken, examples: [] })
      expect([load.refusals, both.refusals]).toEqual([{}, {}])
      for (const [name, { most }] of delays) expect(most, name).toBeLessThan(lateMsMax)
    } finally {
      for (const listener of listeners) listener.close()
      await Promise.all([load.end(), both.end()])
    }
  },
)

/** Milliseconds until deliveries are fast. Throws Error when they do not become so in time. */
async function fastAgain(delaysIn: (from: number, to: number) => Delays): Promise<number> {
  const start = performance.now()
  let from = start
  await waitFor('fast deliveries', healWithinMs + 2 * windowMs, async () => {
    from = performance.now()
    await wait(windowMs)
    return delaysIn(from, performance.now() - fastMs).median < fastMs
  })
  return from - start
}

const told = ([name, { count, median, p99, most }]: readonly [string, Delays]): string =>
  `  ${name}: ${count} deliveries, median ${median} ms, p99 ${p99} ms, most ${most} ms`
