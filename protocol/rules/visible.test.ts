import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canSee } from './visible'

const seq = fc.integer({ min: 1, max: 1_000 })

describe('[V1] a message is visible', () => {
  it('inside an interval, both ends included', () => {
    const place = {
      intervals: [
        [3, 5],
        [9, null],
      ] as const,
      clearedSeq: 0,
    }
    expect([2, 3, 5, 6, 8, 9, 1_000].map((n) => canSee(place, n))).toEqual([
      false,
      true,
      true,
      false,
      false,
      true,
      true,
    ])
  })
  it('above the cleared floor only', () => {
    fc.assert(
      fc.property(seq, seq, (clearedSeq, n) => {
        expect(canSee({ intervals: [[1, null]], clearedSeq }, n)).toBe(n > clearedSeq)
      }),
    )
  })
  it('to nobody without an interval', () => {
    fc.assert(
      fc.property(seq, (n) => {
        expect(canSee({ intervals: [], clearedSeq: 0 }, n)).toBe(false)
      }),
    )
  })
  it('still, when another interval is added', () => {
    fc.assert(
      fc.property(seq, seq, seq, seq, (first, length, other, n) => {
        const one = [first, first + length] as const
        const seen = canSee({ intervals: [one], clearedSeq: 0 }, n)
        if (seen) expect(canSee({ intervals: [[other, null], one], clearedSeq: 0 }, n)).toBe(true)
      }),
    )
  })
})
