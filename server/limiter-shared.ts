/** Rate limits counted over all nodes, in Redis (F13). Each node counts for itself as well, and that count holds when Redis does not. */
import type { Redis } from 'ioredis'
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { RateLimit } from '../protocol/define'
import type { Circuit } from './bus/circuit'
import type { Limiter } from './limiter'

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
}
const sharedPerSecondMax = 2

/**
 * Limits as low as this guard people and secrets, who are the same on every node; higher ones guard the node that works, and
 * the message path pays for no other machine (docs/adr/0015-which-limits-are-shared.md).
 */
export const isShared = ({ count, windowMs }: RateLimit): boolean =>
  count * 1000 <= sharedPerSecondMax * windowMs

export function sharedLimiter(options: SharedLimiterOptions): Limiter {
  const { local, redis, circuit, prefix = 'tokenim', factor = 1 } = options
  const counters = new Map<string, RateLimiterRedis>()
  const counterOf = (op: string, { count, windowMs }: RateLimit): RateLimiterRedis => {
    const known = counters.get(op)
    if (known) return known
    const made = new RateLimiterRedis({
      ...{ storeClient: redis, rejectIfRedisNotReady: true, keyPrefix: `${prefix}:limit:${op}` },
      ...{ points: count * factor, duration: windowMs / 1000 },
      // Whoever is over the limit costs no more questions.
      inMemoryBlockOnConsumed: count * factor + 1,
    })
    counters.set(op, made)
    return made
  }
  const consume = (counter: RateLimiterRedis, who: string | number): Promise<number> =>
    counter.consume(who).then(
      () => 0,
      (refusal: unknown) => {
        if (refusal instanceof RateLimiterRes) return Math.max(1, Math.ceil(refusal.msBeforeNext))
        throw refusal
      },
    )
  return {
    async take(op, who, limit) {
      const waitMs = await local.take(op, who, limit)
      if (waitMs > 0 || !isShared(limit)) return waitMs
      return (await circuit.run(() => consume(counterOf(op, limit), who))) ?? 0
    },
  }
}
