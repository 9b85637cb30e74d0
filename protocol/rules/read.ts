/** Read positions and the unread number. Rules R1 to R4. */
import type { Position } from '../ids'

/** Positions only grow: the greater seq wins (R1). */
export const maxPosition = (a: Position, b: Position): Position => (b.seq > a.seq ? b : a)

/** Unread = countable messages at the head minus those at or below every floor (R2). */
export function unreadCount(headCountable: number, floors: readonly Position[]): number {
  const floor = floors.reduce((max, p) => Math.max(max, p.countable), 0)
  return Math.max(0, headCountable - floor)
}

/**
 * Where a send leaves the sender's read position (R3): at what he had seen, and on to his own message when nothing
 * countable that he has not seen lies between. So an own message is never unread to its author, and a send never marks
 * what others wrote as read. `own` counts itself.
 */
export function positionAfterSend(read: Position, seen: Position, own: Position): Position {
  const reached = maxPosition(read, seen)
  return reached.countable === own.countable - 1 ? own : reached
}
