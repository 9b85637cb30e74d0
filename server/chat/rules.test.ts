import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canSee, type Interval } from '../../protocol/rules/visible'
import { isOpen, visibleRanges, withinBytes } from './rules'

/** Intervals as places hold them: ascending, apart, the last one perhaps open. */
const intervals = fc
  .tuple(fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 8 }), fc.boolean())
  .map(([bounds, open]): Interval[] => {
    const sorted = bounds.sort((a, b) => a - b)
    const pairs = sorted.flatMap((first, i): Interval[] =>
      i % 2 === 0 ? [[first, sorted[i + 1] ?? (open ? null : first)]] : [],
    )
    return pairs
  })

describe('visibleRanges', () => {
  it('[V1] holds exactly the seqs that canSee allows', () => {
    fc.assert(
      fc.property(intervals, fc.nat({ max: 60 }), fc.nat({ max: 70 }), (list, clearedSeq, last) => {
        const sight = { intervals: list, clearedSeq }
        const ranges = visibleRanges(sight, last)
        for (let seq = 1; seq <= 75; seq++) {
          const inside = ranges.filter(([from, to]) => seq >= from && seq <= to).length
          expect(inside).toBe(seq <= last && canSee(sight, seq) ? 1 : 0)
        }
      }),
    )
  })

  it('[V1] comes newest first', () => {
    const sight = {
      intervals: [
        [1, 5],
        [9, 12],
        [20, null],
      ] as Interval[],
      clearedSeq: 3,
    }
    expect(visibleRanges(sight, 30)).toEqual([
      [20, 30],
      [9, 12],
      [4, 5],
    ])
  })
})

describe('isOpen', () => {
  it('[V2] is whether the last interval has no end', () => {
    expect(isOpen([[1, null]])).toBe(true)
    expect(
      isOpen([
        [1, 4],
        [9, null],
      ]),
    ).toBe(true)
    expect(isOpen([[1, 4]])).toBe(false)
    expect(isOpen([])).toBe(false)
  })
})

describe('withinBytes', () => {
  it('[W5] takes what fits from the front, and always one', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 20 })
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 120 }), (items, max) => {
        const taken = withinBytes(items, (n) => n, max)
        const total = (n: number): number => items.slice(0, n).reduce((a, b) => a + b, 0)
        expect(taken).toEqual(items.slice(0, taken.length))
        expect(taken.length).toBeGreaterThanOrEqual(Math.min(1, items.length))
        if (taken.length > 1) expect(total(taken.length)).toBeLessThanOrEqual(max)
        if (taken.length < items.length) expect(total(taken.length + 1)).toBeGreaterThan(max)
      }),
    )
  })
})
