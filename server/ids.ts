/**
 * Makes ids (rule D6): 41 bits of milliseconds since 2025-01-01, 5 of node, 7 of counter. A node number is leased for a
 * span of time, and ids of that number carry times within the span: so no two processes make the same id, whatever their
 * clocks say and however they died.
 */
import { DbError } from './db/connection'
import { nodesMax, type NodeLease } from './db/nodes'

export const idEpochMs = Date.UTC(2025, 0, 1)
const countersPerMs = 128
const idsPerMs = nodesMax * countersPerMs

/**
 * A maker for one lease, on its clock. It never blocks: when a millisecond is used up, or the clock goes back, its own time
 * runs ahead of the clock, which catches up with it later. Throws RangeError for a wrong node, and DbError when its time
 * reaches the end of the lease, of the kind that kept the lease from being renewed (rule D8).
 */
export function idMaker(lease: NodeLease, now: () => number): () => number {
  const { node } = lease
  if (!Number.isInteger(node) || node < 0 || node >= nodesMax)
    throw new RangeError(`node ${node} is not in 0..${nodesMax - 1}`)
  let time = Math.max(lease.fromMs, idEpochMs)
  let counter = -1
  return () => {
    const usedUp = counter + 1 === countersPerMs
    const next = Math.max(Math.floor(now()), usedUp ? time + 1 : time)
    if (next >= lease.untilMs())
      throw new DbError(
        lease.lapse?.() ?? 'down',
        new Error(`node ${node} is not leased at the time of its next id`),
      )
    counter = next > time ? 0 : counter + 1
    time = next
    return (time - idEpochMs) * idsPerMs + node * countersPerMs + counter
  }
}

/** When an id was made, in milliseconds since 1970. */
export const timeOfId = (id: number): number => Math.floor(id / idsPerMs) + idEpochMs
