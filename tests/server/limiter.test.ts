/** Rate limits over several nodes: counted together in Redis, and by each node where Redis is not. */
import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { afterEach, describe, expect, it } from 'vitest'
import { ops } from '../../protocol'
import { createCircuit } from '../../server/bus/circuit'
import { connect } from '../../server/bus/connect'
import { memoryLimiter, type Limiter } from '../../server/limiter'
import { isShared, sharedLimiter } from '../../server/limiter-shared'
import { freshId, post, register } from '../helpers/wire-client'
import { redisUrl } from './buses'
import { sharedWithRedis, twoServers } from './siblings'

const rare = { per: 'address', count: 20, windowMs: 60_000 } as const
const often = { per: 'user', count: 6_000, windowMs: 60_000 } as const
/** Longer than any answer of a Redis that is there takes: a slow machine must not look like one that is away. */
const [commandTimeoutMs, silentMs] = [30_000, 30_000]
const opened: Redis[] = []
afterEach(() => opened.splice(0).forEach((redis) => redis.disconnect()))

async function nodeOn(
  url: string,
  prefix: string,
  failures: unknown[] = [],
  begunMax?: number,
): Promise<Limiter> {
  const redis = connect({ url, name: prefix, commandTimeoutMs, silentMs, onError: () => undefined })
  opened.push(redis)
  const circuit = createCircuit(
    5_000,
    () => 0,
    (error) => failures.push(error),
  )
  const local = memoryLimiter()
  // Whichever comes first: it is there, or it is away.
  await new Promise((resolve) => redis.once('ready', resolve).once('error', resolve))
  return sharedLimiter({ local, redis, circuit, prefix, ...(begunMax ? { begunMax } : {}) })
}
/** How many of so many calls were let through, taken from each node in turn. */
async function allowed(nodes: readonly Limiter[], calls: number, limit = rare, who = '1.2.3.4') {
  let count = 0
  for (let n = 0; n < calls; n++) if ((await nodes[n % nodes.length]!.take('op', who, limit)) === 0) count++
  return count
}

describe('[F13] limits that are shared', () => {
  it('guard people and secrets; those of the message path are counted by the node that works', () => {
    const shared = Object.entries(ops).flatMap(([name, { limit }]) => (isShared(limit) ? [name] : []))
    expect(shared.sort()).toEqual([
      'accounts.getChallenge',
      'accounts.refresh',
      'accounts.register',
      'accounts.signIn',
      'accounts.signOut',
      'contacts.acceptRequest',
      'contacts.refuseRequest',
      'contacts.requestFriend',
      'contacts.searchAccount',
    ])
  })
})

const backends = redisUrl ? [{ name: 'redis', url: redisUrl }] : []
describe.each(backends)('[F13] two nodes on $name', ({ url }) => {
  it('let through together what one would, and say how long to wait', async () => {
    const prefix = `tokenim_test_${randomUUID()}`
    const nodes = [await nodeOn(url, prefix), await nodeOn(url, prefix)]
    expect(await allowed(nodes, 60)).toBe(rare.count)
    const waitMs = await nodes[1]!.take('op', '1.2.3.4', rare)
    expect(waitMs).toBeGreaterThan(0)
    expect(waitMs).toBeLessThanOrEqual(rare.windowMs)
    expect(await allowed(nodes, 60, rare, '5.6.7.8')).toBe(rare.count)
  })
  it('[F17] count IPv6 together by /64 and by /48, which may call eight times as often', async () => {
    const prefix = `tokenim_test_${randomUUID()}`
    const nodes = [await nodeOn(url, prefix), await nodeOn(url, prefix)]
    expect(await allowed(nodes, 60, rare, '2001:db8:7:1::/64')).toBe(rare.count)
    let more = 0
    for (let n = 2; n < 100; n++) more += await allowed(nodes, 4, rare, `2001:db8:7:${n}::/64`)
    expect(more).toBe(7 * rare.count)
    expect(await allowed(nodes, 4, rare, '2001:db8:8:1::/64')).toBe(4)
  })
  it('[F17] begin so many counts in Redis and no more, then each counts by itself', async () => {
    const prefix = `tokenim_test_${randomUUID()}`
    const nodes = [await nodeOn(url, prefix, [], 50), await nodeOn(url, prefix, [], 50)]
    for (let n = 0; n < 400; n++) await nodes[n % 2]!.take('op', `10.0.0.${n}`, rare)
    expect(await opened[0]!.keys(`${prefix}:limit:*`)).toHaveLength(100)
    expect(await allowed(nodes, 60)).toBe(2 * rare.count)
  })
  it('ask Redis nothing for what is called often, and nothing more for who is over his limit', async () => {
    const prefix = `tokenim_test_${randomUUID()}`
    const node = await nodeOn(url, prefix)
    const asked: string[] = []
    const redis = opened[0]!
    const send = redis.sendCommand.bind(redis)
    redis.sendCommand = (...args: Parameters<Redis['sendCommand']>) => {
      asked.push(args[0].name)
      return send(...args)
    }
    for (let n = 0; n < 200; n++) await node.take('chat.sendMessage', 7, often)
    expect(asked).toEqual([])
    await allowed([node], 200)
    expect(asked.length).toBeLessThanOrEqual(rare.count + 2)
  })
})

describe('[F13] without Redis', () => {
  it('a node counts alone, exactly, and at once', async () => {
    const failures: unknown[] = []
    const node = await nodeOn('redis://127.0.0.1:9', `tokenim_test_${randomUUID()}`, failures)
    const start = Date.now()
    expect(await allowed([node], 200)).toBe(rare.count)
    expect(Date.now() - start).toBeLessThan(commandTimeoutMs)
    expect(failures).toHaveLength(1)
  })
})

describe('a circuit', () => {
  it('rests after a failure, then tries once; nobody waits beside the one who tries', async () => {
    let now = 0
    const failures: unknown[] = []
    const circuit = createCircuit(
      1_000,
      () => now,
      (error) => failures.push(error),
    )
    let works = 0
    const work = async (fails: boolean) => {
      works++
      if (fails) throw new Error('away')
      return works
    }
    expect(await circuit.run(() => work(false))).toBe(1)
    expect(await circuit.run(() => work(true))).toBeUndefined()
    now = 999
    expect(await circuit.run(() => work(false))).toBeUndefined()
    expect(works).toBe(2)
    now = 1_000
    const [first, second] = [circuit.run(() => work(true)), circuit.run(() => work(true))]
    expect([await first, await second, works]).toEqual([undefined, undefined, 3])
    now = 2_000
    expect(await circuit.run(() => work(false))).toBe(4)
    expect(await circuit.run(() => work(false))).toBe(5)
    expect(failures).toHaveLength(2)
  })
})

describe.each(sharedWithRedis)('two servers on $name and Redis', (store) => {
  const urls = twoServers(store, { REDIS_URL: redisUrl ?? '' })
  const others = twoServers(store, { REDIS_URL: redisUrl ?? '' })

  it('[F13] another deployment on the same Redis counts for itself', async () => {
    const { count } = ops['accounts.register'].limit
    const device = { name: 'test', platform: 'other' } as const
    const answers = await Promise.all(
      Array.from({ length: count + 1 }, (_, n) => {
        const input = {
          clientId: freshId(),
          account: `many_${n}`,
          password: 'correct horse 1',
          name: 'x',
          device,
        }
        return post(urls()[0], 'accounts.register', input)
      }),
    )
    expect(answers.filter(({ ok }) => !ok)).toMatchObject([{ error: { code: 'tooManyRequests' } }])
    await register(others()[0], 'many_0')
  })

  it('[F10] [F13] who used up a limit on one server is refused on the other', async () => {
    const anna = await register(others()[0], `l_${randomUUID().slice(0, 12)}`)
    const { count } = ops['contacts.searchAccount'].limit
    const search = async (server: 0 | 1, calls: number) => {
      const input = { account: anna.account }
      const asked = Array.from({ length: calls }, () =>
        post(others()[server], 'contacts.searchAccount', input, anna.token),
      )
      return (await Promise.all(asked)).flatMap((answer) => (answer.ok ? [] : [answer.error.code]))
    }
    expect(await search(0, count)).toEqual([])
    expect(await search(0, 1)).toEqual(['tooManyRequests'])
    // Each node alone would let all of them through; one that does not hear from Redis in time lets some.
    expect(await search(1, count)).toContain('tooManyRequests')
  })
})
