/** Rate limits over several nodes: counted together in Redis, and by each node where Redis is not. */
import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { afterEach, describe, expect, it } from 'vitest'
import { ops } from '../../protocol'
import { createCircuit } from '../../server/bus/circuit'
import { connect } from '../../server/bus/connect'
import { memoryLimiter, type Limiter } from '../../server/limiter'
import { isShared, sharedLimiter } from '../../server/limiter-shared'
import { post, register } from '../helpers/wire-client'
import { redisUrl } from './buses'
import { sharedWithRedis, twoServers } from './siblings'

const rare = { per: 'address', count: 20, windowMs: 60_000 } as const
const often = { per: 'user', count: 6_000, windowMs: 60_000 } as const
const opened: Redis[] = []
afterEach(() => opened.splice(0).forEach((redis) => redis.disconnect()))

async function nodeOn(url: string, prefix: string, failures: unknown[] = []): Promise<Limiter> {
  const redis = connect({ url, name: prefix, commandTimeoutMs: 250, onError: () => undefined })
  opened.push(redis)
  const circuit = createCircuit(5_000, Date.now, (error) => failures.push(error))
  const local = memoryLimiter()
  await Promise.race([
    new Promise((resolve) => redis.once('ready', resolve)),
    new Promise((resolve) => setTimeout(resolve, 1_000)),
  ])
  return sharedLimiter({ local, redis, circuit, prefix })
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
    expect(waitMs).toBeGreaterThan(50_000)
    expect(waitMs).toBeLessThanOrEqual(60_000)
    expect(await allowed(nodes, 60, rare, '5.6.7.8')).toBe(rare.count)
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
    expect(Date.now() - start).toBeLessThan(500)
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

describe.each(sharedWithRedis)('two servers on $name and Redis', { timeout: 60_000 }, (store) => {
  const urls = twoServers(store, { REDIS_URL: redisUrl ?? '' })

  it('[F10] [F13] a user searches as often as the limit says, whichever server he asks', async () => {
    const anna = await register(urls()[0], `l_${randomUUID().slice(0, 12)}`)
    const limit = ops['contacts.searchAccount'].limit.count
    let found = 0
    for (let n = 0; n < limit + 30; n++) {
      const answer = await post(
        urls()[n % 2]!,
        'contacts.searchAccount',
        { account: anna.account },
        anna.token,
      )
      if (answer.ok) found++
      else expect(answer.error).toMatchObject({ code: 'tooManyRequests', data: {} })
    }
    expect(found).toBe(limit)
  })
})
