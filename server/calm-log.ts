/** Keeps a database or a Redis that is away, which thousands of calls meet, from filling the log (L7). */
import type { Log } from './failure'

/** How many different lines are counted at the same time; more are told as they come. */
const keptMax = 500

/** Calls `run` once, `ms` from now. */
type Later = (ms: number, run: () => void) => void

/** How many different keys are told once; later ones are not told until `forgetMs` have passed. */
const namedMax = 100
const forgetMs = 3_600_000

/** Tells each key once. Beyond `namedMax` keys it says so, once, and begins anew an hour later. */
export function onceEach(tell: (key: string) => void, tooMany: () => void, later: Later) {
  const named = new Set<string>()
  let isFull = false
  return (key: string): void => {
    const start = key.slice(0, 200)
    if (isFull || named.has(start)) return
    if (named.size < namedMax) {
      named.add(start)
      return tell(start)
    }
    isFull = true
    tooMany()
    later(forgetMs, () => {
      named.clear()
      isFull = false
    })
  }
}

/** This log, but for lines equal to one told less than `everyMs` ago: these are told once, later, with how many they were. */
export function calmLog(log: Log, later: Later, everyMs = 10_000): Log {
  const left = new Map<string, number>()
  function countFor(line: string, tell: (times: number) => void): void {
    left.set(line, 0)
    later(everyMs, () => {
      const times = left.get(line) ?? 0
      left.delete(line)
      if (times === 0) return
      tell(times)
      countFor(line, tell)
    })
  }
  const calm =
    (level: 'warn' | 'error'): Log['warn'] =>
    (fields, message) => {
      const line = JSON.stringify([level, message, fields])
      const times = left.get(line)
      if (times !== undefined) return void left.set(line, times + 1)
      log[level](fields, message)
      if (left.size < keptMax) countFor(line, (times) => log[level]({ ...fields, times }, message))
    }
  return { warn: calm('warn'), error: calm('error') }
}
