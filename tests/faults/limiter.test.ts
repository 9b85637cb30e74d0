/** Redis frozen and killed under shared rate limits: nobody waits for it, and nothing is let through uncounted. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCircuit } from '../../server/bus/circuit'
import { connect } from '../../server/bus/connect'
import { memoryLimiter, type Limiter } from '../../server/limiter'
import { sharedLimiter } from '../../server/limiter-shared'
import { startRedis, type RedisInstance } from './redis-instance'

const limit = { per: 'address', count: 60, windowMs: 60_000 } as const
/** Longer than a busy machine lets anybody wait. */
const timeoutMs = 1_000
const restMs = 5_000
let redis: RedisInstance
let nodes: Limiter[]
const opened: ReturnType<typeof connect>[] = []

beforeAll(async () => {
  redis = await startRedis()
  nodes = [0, 1].map(() => {
    const line = connect({
      url: redis.url,
      name: 'limits',
      commandTimeoutMs: timeoutMs,
      onError: () => undefined,
    })
    opened.push(line)
    const circuit = createCircuit(
      restMs,
      () => performance.now(),
      () => undefined,
    )
    return sharedLimiter({ local: memoryLimiter(), redis: line, circuit })
  })
  await Promise.all(opened.map((line) => new Promise((resolve) => line.once('ready', resolve))))
})
afterAll(async () => {
  for (const line of opened) line.disconnect()
  await redis.stop()
})

/** Calls from both nodes in turn: how many were let through, and the times of all. */
async function call(who: string, calls: number) {
  const tookMs: number[] = []
  const began = performance.now()
  let passed = 0
  for (let n = 0; n < calls; n++) {
    const start = performance.now()
    if ((await nodes[n % 2]!.take('op', who, limit)) === 0) passed++
    tookMs.push(performance.now() - start)
  }
  const slow = tookMs.filter((ms) => ms > timeoutMs / 2).length
  return { passed, tookMs, slow, rests: Math.floor((performance.now() - began) / restMs) }
}
const sharedAgain = async () => {
  for (const until = Date.now() + 20_000; Date.now() < until;) {
    await new Promise((resolve) => setTimeout(resolve, 200))
    const who = `probe ${Date.now()}`
    const both = await Promise.all(nodes.map((node) => node.take('probe', who, { ...limit, count: 1 })))
    if (both.filter((waitMs) => waitMs === 0).length === 1) return
  }
  throw new Error('the limits are not shared again')
}

describe('[F13] while Redis is away', () => {
  it('each node goes on from its own count: one call waits for the time-out, and then none', async () => {
    expect((await call('a', 40)).passed).toBe(40)
    redis.freeze()
    const { passed, tookMs, slow, rests } = await call('a', 400)
    // Each had counted 20 of its 60 before: no more than 40 on each are left, and none is given anew.
    expect(passed).toBe(2 * (limit.count - 20))
    expect(Math.max(...tookMs)).toBeLessThan(2 * timeoutMs)
    expect(slow).toBeLessThanOrEqual(nodes.length * (1 + rests))
    redis.thaw()
    await sharedAgain()
    expect((await call('b', 200)).passed).toBe(limit.count)
    console.log(
      `limits with Redis frozen: 400 calls, slowest ${Math.round(Math.max(...tookMs))} ms, ${slow} over ${timeoutMs / 2} ms`,
    )
  })
  it('and counts together again after it was killed and came back empty', async () => {
    await redis.kill9()
    const { passed, tookMs } = await call('c', 400)
    expect(passed).toBe(2 * limit.count)
    expect(Math.max(...tookMs)).toBeLessThan(2 * timeoutMs)
    await redis.restart()
    await sharedAgain()
    expect((await call('d', 200)).passed).toBe(limit.count)
  })
})
