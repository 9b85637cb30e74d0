import type { Position } from '../../protocol/ids'
import { positionAfterSend } from '../../protocol/rules/read'
import { canSpeak } from '../../protocol/rules/speak'
import type { PlacesTable } from '../db/tables'
import { handleWrite, ok, refuse, type Head, type Tx, type WriteCall } from '../handle'
import { payloadHashOf, post } from './post'
import { intervalsOf, placeRow, readOf } from './rows'
import { isOpen } from './rules'
import { rowsFor, type Send, type SendRows } from './send-rows'

/** With the hash that tells its body from another one's (F6). */
type Call = WriteCall<'chat.sendMessage', string>

/**
 * Posts one message (S1 to S6, R3). Each call is decided before its own first write, and sees what the calls before it in
 * the transaction wrote: so a batch needs nothing that a single call does not, and equal clientIds within it are repeats,
 * as the key of the table finds them.
 */
export const sendMessage = handleWrite('chat.sendMessage', {
  prepare: async ({ input }) => ok(payloadHashOf(input.body)),
  lane: ({ input }) => input.conversationId,
  async run(call, tx) {
    const [outcome] = await sendAll([call], tx)
    if (!outcome) throw new Error('a send had no outcome')
    return outcome
  },
  batch: sendAll,
})

async function sendAll(calls: readonly Call[], tx: Tx) {
  const locked = tx.lock(calls.map(({ input }) => input.conversationId))
  const rows = await rowsFor(tx.db, calls.map(sendOf), locked)
  const outcomes: Awaited<ReturnType<typeof send>>[] = []
  for (const call of calls) outcomes.push(await send(call, tx, rows))
  await rows.end(tx.db)
  return outcomes
}

const sendOf = ({ input: { conversationId, clientId, seenSeq }, caller }: Call): Send => ({
  ...{ conversation: conversationId, sender: caller.userId, clientId, seenSeq },
})

async function send(call: Call, tx: Tx, rows: SendRows) {
  const { input, caller, prepared: payloadHash } = call
  const { conversationId, clientId, body } = input
  const head = tx.head(conversationId)
  const place = head && (await rows.placeOf(tx.db, conversationId, caller.userId))
  if (!place) return (await firstAnswer(call, tx, rows)) ?? refuse('notMember')
  const verdict = canSpeak({
    member: isOpen(intervalsOf(place)),
    kind: 'direct',
    friends: place.friends === 1,
  })
  if (!verdict.ok) return (await firstAnswer(call, tx, rows)) ?? refuse(verdict.code)

  const seen = await seenPosition(tx, head, input, rows)
  const posted = await post(tx, conversationId, head, {
    from: caller.userId,
    clientId,
    payloadHash,
    body,
    insert: rows.insertMessage,
  })
  if (!posted) {
    const first = await firstAnswer(call, tx, rows)
    if (!first) throw new Error(`conversation ${conversationId} has a message in the place of the next one`)
    return first
  }
  const { seq, at, countable } = posted
  await moveSender(tx, rows, place, positionAfterSend(readOf(place), seen, { seq, countable }), at)
  return ok({ seq, at })
}

/** What a repeat answered before, whatever would be answered now (S4, F6). Looked for where it cannot be posted: few are repeats. */
async function firstAnswer({ input, caller, prepared: payloadHash }: Call, tx: Tx, rows: SendRows) {
  const old = await rows.messageByClientId(tx.db, input.conversationId, caller.userId, input.clientId)
  return old && (old.payload_hash === payloadHash ? ok({ seq: old.seq, at: old.at }) : refuse('conflict'))
}

/** What the sender had on screen, as a position at or below the head (R1). */
async function seenPosition(
  tx: Tx,
  head: Head,
  { conversationId, seenSeq }: Call['input'],
  rows: SendRows,
): Promise<Position> {
  if (seenSeq >= head.seq) return { seq: head.seq, countable: head.countable }
  return {
    seq: seenSeq,
    countable: seenSeq === 0 ? 0 : await rows.countableAt(tx.db, conversationId, seenSeq),
  }
}

/** The place is written in any case (it keeps when its owner last spoke), and is a change only if the position moved. */
async function moveSender(
  tx: Tx,
  rows: SendRows,
  place: PlacesTable,
  read: Position,
  at: number,
): Promise<void> {
  const { conversation_id: conversation, user_id: user } = place
  const moved = read.seq > place.read_seq
  const version = moved ? tx.change(conversation, (v) => placeRow(place, v, read)).v : place.version
  await rows.updatePlace(tx.db, { conversation, user }, { version, read, lastSpokeAt: at })
}
