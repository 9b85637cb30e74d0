import { describe, expect, it } from 'vitest'
import { idEpochMs, idMaker, timeOfId } from './ids'

const start = idEpochMs + 1_000_000
const lease = (node: number, fromMs = start, until = start + 30_000) => ({
  node,
  fromMs,
  untilMs: () => until,
})

describe('[D6] ids', () => {
  it('rise, stay below 2^53 and tell their time until the year 2094', () => {
    const end = idEpochMs + 2 ** 41 - 1
    const make = idMaker(lease(31, end, end + 1), () => end)
    const ids = Array.from({ length: 128 }, make)
    expect(ids.at(-1)).toBe(Number.MAX_SAFE_INTEGER)
    expect(ids.map(timeOfId)).toEqual(Array(128).fill(end))
    expect(new Date(end).getUTCFullYear()).toBe(2094)
  })

  it('are unique over 32 nodes that make them in the same milliseconds', () => {
    const all = Array.from({ length: 32 }, (_, node) =>
      Array.from(
        { length: 1_000 },
        idMaker(lease(node), () => start),
      ),
    )
    expect(new Set(all.flat()).size).toBe(32_000)
  })

  it('go on rising when the clock goes back or stands still', () => {
    const clock = [5_000, 5_000, 2_000, 0, 4_999, 5_001, 1]
    let at = 0
    const make = idMaker(lease(3), () => start + (clock[at++ % clock.length] ?? 0))
    const ids = Array.from({ length: 2_000 }, make)
    expect(ids.every((id, i) => i === 0 || id > (ids[i - 1] ?? 0))).toBe(true)
  })

  it('run ahead of the clock when a millisecond is used up, and wait for it again', () => {
    let now = start
    const make = idMaker(lease(0), () => now)
    const burst = Array.from({ length: 1_280 }, make)
    expect(timeOfId(burst.at(-1) ?? 0)).toBe(start + 9)
    now += 50
    expect(timeOfId(make())).toBe(start + 50)
  })

  it('never carry a time outside the lease', () => {
    let until = start + 10
    let now = start - 5_000
    const make = idMaker({ node: 1, fromMs: start, untilMs: () => until }, () => now)
    expect(timeOfId(make())).toBe(start)
    now = start + 10
    expect(make).toThrow('database: down')
    until += 30_000
    expect(timeOfId(make())).toBe(start + 10)
  })

  it('go on where they were when a clock that left the lease comes back', () => {
    let now = start + 5
    const make = idMaker(lease(2), () => now)
    const first = make()
    now += 3 * 24 * 3600_000
    expect(make).toThrow('database: down')
    now = start + 4
    expect(make()).toBe(first + 1)
  })

  it('need a node of 0 to 31', () => {
    for (const node of [-1, 32, 1.5, NaN]) expect(() => idMaker(lease(node), () => start)).toThrow(RangeError)
  })
})
