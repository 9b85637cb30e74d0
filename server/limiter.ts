/** Rate limits of calls (F10, F17), counted in this process. */
import type { RateLimit } from '../protocol/define'
import { Counts } from './counts'
import { bucketsOf } from './transport/address'

export interface Limiter {
  /** Counts one call of `op` by `who`; 0, or milliseconds until the next one may be made. */
  take(op: string, who: string | number, limit: RateLimit): Promise<number>
}
export interface CountedLimiter extends Limiter {
  /** Users, addresses and networks that are counted at the moment, of all operations. */
  counted(): number
}

/** Users or addresses that are counted for one operation. Where there are more, who called least is forgotten (F17). */
export const countedMax = 100_000
/** A /48 of IPv6 may call so many times as often as each /64 in it. */
export const wideFactor = 8

/** Who a call is counted for, and how often each may call: the caller, and around an IPv6 address its /48. */
export function countedFor(
  who: string | number,
  { count }: RateLimit,
): [who: string | number, count: number][] {
  const network = typeof who === 'string' ? bucketsOf(who).network : ''
  return network.endsWith('/48') ? [[who, count], [network, count * wideFactor]] : [[who, count]] // prettier-ignore
}

/**
 * Windows start with the first call of an operation by a user or address. `factor` multiplies every count (load tests); `now`
 * goes forward only, in ms.
 */
export function memoryLimiter({ factor = 1, now = () => performance.now() } = {}): CountedLimiter {
  const counters = new Map<string, Counts>()
  const counterOf = (op: string, { windowMs }: RateLimit): Counts => {
    const counts = counters.get(op) ?? new Counts(countedMax, windowMs)
    counters.set(op, counts)
    return counts
  }
  return {
    async take(op, who, limit) {
      const counts = counterOf(op, limit)
      const time = now()
      const all = countedFor(who, limit)
      // A call that is refused is not counted: one /64 over its limit uses up nothing of its /48.
      for (const [name, count] of all) {
        const held = counts.of(name, time)
        if (held.count >= count * factor) return Math.max(1, Math.ceil(held.leftMs))
      }
      for (const [name] of all) counts.add(name, time)
      return 0
    },
    counted: () => [...counters.values()].reduce((sum, { size }) => sum + size, 0),
  }
}
