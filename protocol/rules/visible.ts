/** Which messages of a conversation somebody may see. Rule V1. */
import type { Seq } from '../ids'

/** [first, last] of seqs that a member may see; `null` while he is in. */
export type Interval = readonly [first: Seq, last: Seq | null]
export interface SightFacts {
  intervals: readonly Interval[]
  clearedSeq: Seq
}
export const canSee = (place: SightFacts, seq: Seq): boolean =>
  seq > place.clearedSeq &&
  place.intervals.some(([first, last]) => seq >= first && (last === null || seq <= last))
