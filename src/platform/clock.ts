import type { ClockPort } from '../engine/ports'

/** A longer timer fires at once on every platform: it is cut, and set again when it fires early. */
const timerMsMax = 2 ** 31 - 1

/** The device's clock and one timer. */
export function createClock(): ClockPort {
  let timer: ReturnType<typeof setTimeout> | undefined
  const wakeAt: ClockPort['wakeAt'] = (at, wake) => {
    clearTimeout(timer)
    if (at === null) return
    const waitMs = Math.min(Math.max(at - Date.now(), 0), timerMsMax)
    timer = setTimeout(() => (Date.now() < at ? wakeAt(at, wake) : wake()), waitMs)
  }
  return { now: () => Date.now(), wakeAt }
}
