/** Rate limits counted over all nodes, in Redis (F13). Each node counts for itself as well, and that count holds when Redis does not. */
import type { Redis } from 'ioredis'
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { RateLimit } from '../protocol/define'
import type { Circuit } from './bus/circuit'
import { countedFor, countedMax, type Limiter } from './limiter'

export interface SharedLimiterOptions {
  /** This node's own counts, of every call. */
  local: Limiter
  /** Its commands fail soon when Redis does not answer. */
  redis: Redis
  circuit: Circuit
  /** Start of the keys: deployments that share a Redis need different ones. */
  prefix?: string
  /** Multiplies every count, as in `local`. */
  factor?: number
  /** Counts that this node may begin in Redis for one operation in one window; beyond, it counts by itself (F17). */
  begunMax?: number
}
const sharedPerSecondMax = 2

/**
 * Limits as low as this guard people and secrets, who are the same on every node; higher ones guard the node that works, and
 * the message path pays for no other machine (docs/adr/0015-which-limits-are-shared.md).
 */
export const isShared = ({ count, windowMs }: RateLimit): boolean =>
  count * 1000 <= sharedPerSecondMax * windowMs

export function sharedLimiter(options: SharedLimiterOptions): Limiter {
  const { local, redis, circuit, prefix = 'tokenim', factor = 1, begunMax = countedMax } = options
  const counters = new Map<string, RateLimiterRedis>()
  const counterOf = (op: string, count: number, windowMs: number): RateLimiterRedis => {
    const name = `${op}:${count}`
    const known = counters.get(name)
    if (known) return known
    const made = new RateLimiterRedis({
      ...{ storeClient: redis, rejectIfRedisNotReady: true, keyPrefix: `${prefix}:limit:${name}` },
      ...{ points: count * factor, duration: windowMs / 1000 },
      // Whoever is over the limit costs no more questions.
      inMemoryBlockOnConsumed: count * factor + 1,
    })
    counters.set(name, made)
    return made
  }
  const begun = new Map<string, Begun>()
  const begunOf = (op: string, windowMs: number): Begun => {
    const known = begun.get(op)
    if (known && performance.now() < known.until) return known
    const fresh = { count: 0, until: performance.now() + windowMs }
    begun.set(op, fresh)
    return fresh
  }
  const consume = (counter: RateLimiterRedis, who: string | number, seen: Begun): Promise<number> =>
    counter.consume(who).then(
      ({ isFirstInDuration }) => {
        if (isFirstInDuration) seen.count += 1
        return 0
      },
      (refusal: unknown) => {
        if (refusal instanceof RateLimiterRes) return Math.max(1, Math.ceil(refusal.msBeforeNext))
        throw refusal
      },
    )
  return {
    async take(op, who, limit) {
      const waitMs = await local.take(op, who, limit)
      if (waitMs > 0 || !isShared(limit)) return waitMs
      const seen = begunOf(op, limit.windowMs)
      for (const [name, count] of countedFor(who, limit)) {
        if (seen.count >= begunMax) return 0
        const counter = counterOf(op, count, limit.windowMs)
        const sharedWaitMs = (await circuit.run(() => consume(counter, name, seen))) ?? 0
        if (sharedWaitMs > 0) return sharedWaitMs
      }
      return 0
    },
  }
}

/** Counts of one operation that this node began in Redis, until the window ends. */
interface Begun {
  count: number
  until: number
}
