/** Rate limits of calls (F10), counted in this process. */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import type { RateLimit } from '../protocol/define'

export interface Limiter {
  /** Counts one call of `op` by `who`; 0, or milliseconds until the next one may be made. */
  take(op: string, who: string | number, limit: RateLimit): Promise<number>
}

/** Windows start with the first call of an operation by a user or address. `factor` multiplies every count (load tests). */
export function memoryLimiter(factor = 1): Limiter {
  const counters = new Map<string, RateLimiterMemory>()
  const counterOf = (op: string, { count, windowMs }: RateLimit): RateLimiterMemory => {
    const known = counters.get(op)
    if (known) return known
    const made = new RateLimiterMemory({ keyPrefix: '', points: count * factor, duration: windowMs / 1000 })
    counters.set(op, made)
    return made
  }
  return {
    async take(op, who, limit) {
      try {
        await counterOf(op, limit).consume(who)
        return 0
      } catch (error) {
        if (error instanceof RateLimiterRes) return Math.max(1, Math.ceil(error.msBeforeNext))
        throw error
      }
    },
  }
}
