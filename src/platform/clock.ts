import type { ClockPort, SteadyMs } from '../engine/ports'

/** A longer timer fires at once on every platform: it is cut, and set again when it fires early. */
const timerMsMax = 2 ** 31 - 1

/** The device's date, a clock that only goes forward, and one timer on that. */
export function createClock(): ClockPort {
  const now = createSteady()
  let timer: ReturnType<typeof setTimeout> | undefined
  const wakeAt: ClockPort['wakeAt'] = (at, wake) => {
    clearTimeout(timer)
    if (at === null) return
    const waitMs = Math.min(Math.max(at - now(), 0), timerMsMax)
    timer = setTimeout(() => (now() < at ? wakeAt(at, wake) : wake()), waitMs)
  }
  return { now, wall: () => Date.now(), wakeAt }
}

/** `performance.now`, held to its word; where there is none, as in mini-programs, a guarded date. Sleep may stand still (W23). */
export function createSteady(): () => SteadyMs {
  if (typeof performance === 'undefined' || typeof performance.now !== 'function') return guardedDate()
  let last = 0
  return () => (last = Math.max(last, performance.now()))
}

const tickMs = 1_000
const leapMs = 5_000

/** Counts what the date goes on by. A date that goes back, or leaps while somebody looks every second, was set: it counts nothing. */
function guardedDate(): () => SteadyMs {
  let [count, last] = [0, Date.now()]
  const now = (): SteadyMs => {
    const date = Date.now()
    const passedMs = date - last
    last = date
    if (passedMs > 0 && passedMs <= leapMs) count += passedMs
    return count
  }
  setInterval(now, tickMs)
  return now
}
