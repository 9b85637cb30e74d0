import { positionZero, type ConversationId, type UserId } from '../../protocol/ids'
import type { Connection } from '../db/connection'
import type { PlacesTable } from '../db/tables'
import type { Tx } from '../handle'
import { placeRow } from './rows'
import * as sql from './sql'

/** The conversation of two users, if they ever had one. Once made it is theirs for ever. */
export const directOf = (db: Connection, a: UserId, b: UserId): Promise<ConversationId | undefined> =>
  sql.directBetween(db, Math.min(a, b), Math.max(a, b))

/**
 * Lets two users speak to each other: opens their one conversation with both places and list entries, or opens the mouths
 * in the one they had. The caller has locked both users and, when there is one, `directOf` them, in one call.
 */
export async function openDirect(tx: Tx, a: UserId, b: UserId): Promise<ConversationId> {
  const old = await directOf(tx.db, a, b)
  if (old !== undefined) {
    await tx.lock([old])
    await sql.setFriends(tx.db, old, 1)
    return old
  }
  const id = tx.newId()
  const now = tx.now()
  await tx.openStream(id)
  const { v: version } = tx.change(id, (v) => ({ k: 'conversation', v, kind: 'direct', createdAt: now }))
  await sql.insertConversation(tx.db, { id, version, kind: 'direct', created_at: now })
  await sql.insertDirect(tx.db, { low_id: Math.min(a, b), high_id: Math.max(a, b), conversation_id: id })
  for (const [userId, peerId] of [
    [a, b],
    [b, a],
  ] as const) {
    await addPlace(tx, id, userId)
    await addEntry(tx, id, userId, peerId)
  }
  return id
}

async function addPlace(tx: Tx, conversationId: ConversationId, userId: UserId): Promise<void> {
  const place: PlacesTable = {
    conversation_id: conversationId,
    user_id: userId,
    version: 0,
    role: 'member',
    intervals_json: JSON.stringify([[1, null]]),
    friends: 1,
    joined_seq: 0,
    joined_countable: 0,
    cleared_seq: 0,
    cleared_countable: 0,
    read_seq: 0,
    read_countable: 0,
    last_spoke_at: 0,
  }
  const { v: version } = tx.change(conversationId, (v) => placeRow(place, v, positionZero))
  await sql.insertPlace(tx.db, { ...place, version })
}

async function addEntry(
  tx: Tx,
  conversationId: ConversationId,
  userId: UserId,
  peerId: UserId,
): Promise<void> {
  const at = tx.now()
  const { v: version } = tx.change(userId, (v) => ({
    k: 'entry',
    v,
    conversationId,
    kind: 'direct',
    peerId,
    at,
  }))
  await sql.insertEntry(tx.db, {
    user_id: userId,
    conversation_id: conversationId,
    version,
    kind: 'direct',
    peer_id: peerId,
    at,
  })
}
