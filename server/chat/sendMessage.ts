import type { Position } from '../../protocol/ids'
import { positionAfterSend } from '../../protocol/rules/read'
import { canSpeak } from '../../protocol/rules/speak'
import type { PlacesTable } from '../db/tables'
import { handleWrite, ok, refuse, type Head, type Tx, type WriteCall } from '../handle'
import { payloadHashOf, post } from './post'
import { intervalsOf, placeRow, readOf } from './rows'
import { isOpen } from './rules'
import { countableAt, messageByClientId, placeOf, updatePlace } from './sql'

type Call = WriteCall<'chat.sendMessage', undefined>

/**
 * Posts one message (S1 to S6, R3). Each call is decided before its own first write, and sees what the calls before it in
 * the transaction wrote: so a batch needs nothing that a single call does not, and equal clientIds within it are repeats.
 */
export const sendMessage = handleWrite('chat.sendMessage', {
  lane: ({ input }) => input.conversationId,
  async run(call, tx) {
    await tx.lock([call.input.conversationId])
    return send(call, tx)
  },
  async batch(calls, tx) {
    await tx.lock(calls.map(({ input }) => input.conversationId))
    const outcomes: Awaited<ReturnType<typeof send>>[] = []
    for (const call of calls) outcomes.push(await send(call, tx))
    return outcomes
  },
})

async function send({ input, caller }: Call, tx: Tx) {
  const { conversationId, clientId, body } = input
  const payloadHash = payloadHashOf(body)
  const old = await messageByClientId(tx.db, conversationId, caller.userId, clientId)
  if (old) return old.payload_hash === payloadHash ? ok({ seq: old.seq, at: old.at }) : refuse('conflict')

  const head = tx.head(conversationId)
  const place = head && (await placeOf(tx.db, conversationId, caller.userId))
  if (!place) return refuse('notMember')
  const verdict = canSpeak({
    member: isOpen(intervalsOf(place)),
    kind: 'direct',
    friends: place.friends === 1,
  })
  if (!verdict.ok) return refuse(verdict.code)

  const seen = await seenPosition(tx, head, input)
  const { seq, at, countable } = await post(tx, conversationId, head, {
    from: caller.userId,
    clientId,
    payloadHash,
    body,
  })
  await moveSender(tx, place, positionAfterSend(readOf(place), seen, { seq, countable }), at)
  return ok({ seq, at })
}

/** What the sender had on screen, as a position at or below the head (R1). */
async function seenPosition(
  tx: Tx,
  head: Head,
  { conversationId, seenSeq }: Call['input'],
): Promise<Position> {
  if (seenSeq >= head.seq) return { seq: head.seq, countable: head.countable }
  return { seq: seenSeq, countable: seenSeq === 0 ? 0 : await countableAt(tx.db, conversationId, seenSeq) }
}

/** The place is written in any case (it keeps when its owner last spoke), and is a change only if the position moved. */
async function moveSender(tx: Tx, place: PlacesTable, read: Position, at: number): Promise<void> {
  const { conversation_id: conversation, user_id: user } = place
  const moved = read.seq > place.read_seq
  const version = moved ? tx.change(conversation, (v) => placeRow(place, v, read)).v : place.version
  await updatePlace(tx.db, { conversation, user }, { version, read, lastSpokeAt: at })
}
