import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createClock } from './clock'

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }))
afterEach(() => void vi.useRealTimers())

describe('clock', () => {
  it('wakes once, at the time that was asked for last', () => {
    const clock = createClock()
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
    const clock = createClock()
    const wake = vi.fn()
    clock.wakeAt(clock.now() - 5, wake)
    expect(wake).not.toHaveBeenCalled()
    vi.advanceTimersByTime(0)
    expect(wake).toHaveBeenCalledOnce()
  })

  it('null cancels', () => {
    const clock = createClock()
    const wake = vi.fn()
    clock.wakeAt(clock.now() + 10, wake)
    clock.wakeAt(null, wake)
    vi.advanceTimersByTime(100)
    expect(wake).not.toHaveBeenCalled()
  })

  it('waits longer than the 24 days a timer can', () => {
    const clock = createClock()
    const wake = vi.fn()
    const days = 24 * 3600_000
    clock.wakeAt(clock.now() + 40 * days, wake)
    vi.advanceTimersByTime(39 * days)
    expect(wake).not.toHaveBeenCalled()
    vi.advanceTimersByTime(2 * days)
    expect(wake).toHaveBeenCalledOnce()
  })
})
