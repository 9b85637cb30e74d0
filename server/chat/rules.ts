/** Pure rules of chat that the phone does not need; those it shares lie in protocol/rules. */
import type { Seq } from '../../protocol/ids'
import type { Interval, SightFacts } from '../../protocol/rules/visible'

/** A place is open while its last interval has no end. */
export const isOpen = (intervals: readonly Interval[]): boolean => intervals.at(-1)?.[1] === null

/**
 * What V1 lets somebody see at or below `last`, as closed ranges of seqs, newest first. A seq lies in one of them if and
 * only if `canSee` says so.
 */
export function visibleRanges(sight: SightFacts, last: Seq): (readonly [Seq, Seq])[] {
  return sight.intervals
    .map(([from, to]) => [Math.max(from, sight.clearedSeq + 1), Math.min(to ?? last, last)] as const)
    .filter(([from, to]) => from <= to)
    .reverse()
}

/** The first of `items` whose sizes together stay within `bytesMax`, and always the first one. */
export function withinBytes<T>(items: readonly T[], sizeOf: (item: T) => number, bytesMax: number): T[] {
  let bytes = 0
  const end = items.findIndex((item, i) => (bytes += sizeOf(item)) > bytesMax && i > 0)
  return end < 0 ? [...items] : items.slice(0, end)
}
