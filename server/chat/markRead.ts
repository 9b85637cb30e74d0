import { handleWrite, ok, refuse } from '../handle'
import { intervalsOf, placeRow, readOf } from './rows'
import { isOpen } from './rules'
import { countableAt, placeOf, updatePlace } from './sql'

/** Moves the caller's read position up (R1). What is at or below it already changes nothing. */
export const markRead = handleWrite('chat.markRead', {
  lane: ({ input }) => input.conversationId,
  async run({ input: { conversationId, seq }, caller }, tx) {
    await tx.lock([conversationId])
    const head = tx.head(conversationId)
    const place = head && (await placeOf(tx.db, conversationId, caller.userId))
    if (!place || !isOpen(intervalsOf(place))) return refuse('notMember')
    const reached = Math.min(seq, head.seq)
    if (reached <= place.read_seq) return ok({ read: readOf(place) })

    const read = { seq: reached, countable: await countableAt(tx.db, conversationId, reached) }
    const { v: version } = tx.change(conversationId, (v) => placeRow(place, v, read))
    await updatePlace(
      tx.db,
      { conversation: conversationId, user: caller.userId },
      { version, read, lastSpokeAt: place.last_spoke_at },
    )
    return ok({ read })
  },
})
