/** How late the event loop comes round. */
import { monitorEventLoopDelay } from 'node:perf_hooks'

const resolutionMs = 10
const windowMs = 1_000

/** Gives the delay in ms, on average over a window of a second that has just ended. Watches until the process ends. */
export function watchLoop(): () => number {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs })
  histogram.enable()
  let delayMs = 0
  setInterval(() => {
    delayMs = histogram.count === 0 ? 0 : Math.max(0, histogram.mean / 1e6 - resolutionMs)
    histogram.reset()
  }, windowMs).unref()
  return () => delayMs
}
