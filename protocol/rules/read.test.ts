import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Position } from '../ids'
import { maxPosition, positionAfterSend, unreadCount } from './read'

/** A conversation: which messages count. Positions in it are (seq, countable messages at or below). */
const log = fc.array(fc.boolean(), { minLength: 1, maxLength: 60 })
const at = (counts: readonly boolean[], seq: number): Position => ({
  seq,
  countable: counts.slice(0, seq).filter(Boolean).length,
})
const scene = log.chain((counts) =>
  fc.tuple(fc.constant(counts), fc.nat({ max: counts.length }), fc.nat({ max: counts.length })),
)

describe('read positions', () => {
  it('[R1] only grow, in whatever order they arrive', () => {
    fc.assert(
      fc.property(scene, ([counts, a, b]) => {
        const [p, q] = [at(counts, a), at(counts, b)]
        expect(maxPosition(p, q)).toEqual(maxPosition(q, p))
        expect(maxPosition(p, q).seq).toBe(Math.max(a, b))
      }),
    )
  })
  it('[R2] unread is what counts above the highest floor', () => {
    fc.assert(
      fc.property(scene, ([counts, a, b]) => {
        const above = counts.slice(Math.max(a, b)).filter(Boolean).length
        const head = at(counts, counts.length).countable
        expect(unreadCount(head, [at(counts, a), at(counts, b)])).toBe(above)
      }),
    )
  })
  it('[R2] unread is never below 0, also when a floor lies above what the phone knows of the head', () => {
    expect(unreadCount(3, [{ seq: 9, countable: 5 }])).toBe(0)
    expect(unreadCount(3, [])).toBe(3)
  })
})

describe('[R3] a send', () => {
  const own = (seq: number): Position => ({ seq, countable: seq })
  it('moves on to the own message when everything before it was seen', () => {
    expect(positionAfterSend(own(2), own(6), own(7))).toEqual(own(7))
    expect(positionAfterSend(own(6), own(0), own(7))).toEqual(own(7))
  })
  it('stays at what was seen when something unseen lies between', () => {
    expect(positionAfterSend(own(2), own(5), own(7))).toEqual(own(5))
    expect(positionAfterSend(own(4), own(3), own(7))).toEqual(own(4))
  })
  it('moves over what does not count', () => {
    expect(positionAfterSend({ seq: 1, countable: 0 }, own(0), { seq: 3, countable: 1 })).toEqual({
      ...{ seq: 3, countable: 1 },
    })
  })
  it('never moves back, and never past a countable message that was not seen', () => {
    fc.assert(
      fc.property(scene, ([counts, read, seen]) => {
        const mine = at([...counts, true], counts.length + 1)
        const after = positionAfterSend(at(counts, read), at(counts, seen), mine)
        const reached = Math.max(read, seen)
        expect(after.seq).toBeGreaterThanOrEqual(reached)
        const unseen = counts.slice(reached).some(Boolean)
        expect(after.seq).toBe(unseen ? reached : mine.seq)
      }),
    )
  })
})
