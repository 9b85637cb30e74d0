/** How a node that stops parts from its phones (W8, F11). */
import type { Gateway } from './gateway'

const everyMs = 100
const answersWithinMs = 700
/** Phones that come back in one second, at most. */
const returnsPerSecond = 300

export interface Parting {
  /** Phones are sent home evenly over this time; 0: all at once. */
  overMs: number
  /** Each is asked to come back after a random time up to this. */
  spreadMs: number
}

/**
 * A node that is alone lets go of all at once and is soon back. With others (`several`) it serves its phones until each is sent
 * to them, all within 8 s. Thousands take longer, so that they do not come back in one moment.
 */
export function partingOf(sockets: number, several: boolean): Parting {
  const returnsMs = Math.ceil((sockets / returnsPerSecond) * 1000)
  return several
    ? { overMs: 5_000, spreadMs: Math.max(3_000, returnsMs - 5_000) }
    : { overMs: 0, spreadMs: Math.max(2_000, returnsMs) }
}

/** Resolves when all sockets are closed, or a moment after the last was to go. */
export async function leave(gateway: Gateway, { overMs, spreadMs }: Parting): Promise<void> {
  const start = performance.now()
  for (;;) {
    const passed = performance.now() - start
    gateway.leave(everyMs / Math.max(everyMs, overMs - passed), spreadMs)
    if (gateway.count() === 0 || passed >= overMs + answersWithinMs) return
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}
