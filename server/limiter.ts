/** Rate limits of calls (F10), counted in this process. */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import type { RateLimit } from '../protocol/define'

export interface Limiter {
  /** Counts one call of `op` by `who`; 0, or milliseconds until the next one may be made. */
  take(op: string, who: string | number, limit: RateLimit): Promise<number>
}

/** Users or addresses that are counted for one operation. Where there are more, new ones have to wait until the window ends. */
export const countedMax = 100_000

/** Windows start with the first call of an operation by a user or address. `factor` multiplies every count (load tests). */
export function memoryLimiter(factor = 1): Limiter {
  const counters = new Map<string, Counter>()
  const counterOf = (op: string, { count, windowMs }: RateLimit): Counter => {
    const known = counters.get(op)
    if (known) return known
    const calls = new RateLimiterMemory({ keyPrefix: '', points: count * factor, duration: windowMs / 1000 })
    const made = { calls, counted: 0 }
    counters.set(op, made)
    return made
  }
  return {
    async take(op, who, limit) {
      const counter = counterOf(op, limit)
      if (counter.counted >= countedMax && !(await counter.calls.get(who))) return limit.windowMs
      try {
        const { isFirstInDuration } = await counter.calls.consume(who)
        if (isFirstInDuration) count(counter, limit.windowMs)
        return 0
      } catch (error) {
        if (error instanceof RateLimiterRes) return Math.max(1, Math.ceil(error.msBeforeNext))
        throw error
      }
    },
  }
}

interface Counter {
  calls: RateLimiterMemory
  /** Users or addresses whose window has not ended. */
  counted: number
}

function count(counter: Counter, windowMs: number): void {
  counter.counted += 1
  setTimeout(() => (counter.counted -= 1), windowMs).unref()
}
