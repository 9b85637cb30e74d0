import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createClock } from './clock'

const start = 1_000_000
const hour = 3600_000
const day = 24 * hour
beforeEach(() => void vi.useFakeTimers({ now: start }))
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

/** As in browsers, and as in mini-programs. */
describe.each(['performance', 'date'])('clock by %s', (kind) => {
  const newClock = () => {
    if (kind === 'date') vi.stubGlobal('performance', undefined)
    return createClock()
  }
  /** Sets the date; time goes on as it did. */
  const set = (ms: number) => vi.setSystemTime(Date.now() + ms)

  it('wakes once, at the time that was asked for last', () => {
    const clock = newClock()
    const [first, second] = [vi.fn(), vi.fn()]
    clock.wakeAt(clock.now() + 100, first)
    clock.wakeAt(clock.now() + 300, second)
    vi.advanceTimersByTime(299)
    expect(second).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1_000)
    expect(second).toHaveBeenCalledOnce()
    expect(first).not.toHaveBeenCalled()
  })

  it('wakes for a time that is past, but not inside the call', () => {
    const clock = newClock()
    const wake = vi.fn()
    clock.wakeAt(clock.now() - 5, wake)
    expect(wake).not.toHaveBeenCalled()
    vi.advanceTimersByTime(0)
    expect(wake).toHaveBeenCalledOnce()
  })

  it('null cancels', () => {
    const clock = newClock()
    const wake = vi.fn()
    clock.wakeAt(clock.now() + 10, wake)
    clock.wakeAt(null, wake)
    vi.advanceTimersByTime(100)
    expect(wake).not.toHaveBeenCalled()
  })

  it.each([-hour, hour, -30 * day, 30 * day])(
    '[W23] a date that is set by %i ms makes no wait shorter or longer',
    (ms) => {
      const clock = newClock()
      const before = clock.now()
      const wake = vi.fn()
      clock.wakeAt(clock.now() + 35_000, wake)
      vi.advanceTimersByTime(10_000)
      set(ms)
      expect(clock.wall()).toBe(start + 10_000 + ms)
      vi.advanceTimersByTime(24_000)
      expect(wake).not.toHaveBeenCalled()
      // Where the date has to serve, the second in which it was set may count for nothing.
      vi.advanceTimersByTime(2_000)
      expect(wake).toHaveBeenCalledOnce()
      expect(clock.now() - before).toBeGreaterThanOrEqual(35_000)
      expect(clock.now() - before).toBeLessThanOrEqual(36_000)
    },
  )

  it('[W23] never goes back, and does not leap when it is looked at between', () => {
    const clock = newClock()
    let last = clock.now()
    for (const ms of [-5, hour, -hour, 30 * day, -60 * day]) {
      set(ms)
      const now = clock.now()
      expect(now - last).toBeGreaterThanOrEqual(0)
      expect(now - last).toBeLessThan(10)
      last = now
    }
  })
})

it('waits longer than the 24 days a timer can', () => {
  const clock = createClock()
  const wake = vi.fn()
  clock.wakeAt(clock.now() + 40 * day, wake)
  vi.advanceTimersByTime(39 * day)
  expect(wake).not.toHaveBeenCalled()
  vi.advanceTimersByTime(2 * day)
  expect(wake).toHaveBeenCalledOnce()
})

it('[W23] holds a performance clock that goes back to its word', () => {
  const times = [5, 9, 3, 11]
  vi.stubGlobal('performance', { now: () => times.shift() ?? 11 })
  const clock = createClock()
  expect([clock.now(), clock.now(), clock.now(), clock.now()]).toEqual([5, 9, 9, 11])
})
