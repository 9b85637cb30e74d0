import type { ConversationId, UserId } from '../../protocol/ids'
import { directOf, openDirect, postTip } from '../chat'
import type { RequestsTable } from '../db/tables'
import type { Tx } from '../handle'
import { putRequest } from './put-request'
import { insertContact, requestFrom } from './sql'

/** Locks two users and the conversation they had, if any: all that becoming friends writes, in ascending order. */
export async function lockPair(tx: Tx, a: UserId, b: UserId): Promise<void> {
  const direct = await directOf(tx.db, a, b)
  await tx.lock(direct === undefined ? [a, b] : [a, b, direct])
}

/**
 * Makes two locked users friends because one accepts what the other asked (C3): contacts of both, requests closed, their
 * one conversation open, with a tip in it.
 */
export async function befriend(tx: Tx, accepted: RequestsTable): Promise<ConversationId> {
  const { from_id: asker, to_id: accepter } = accepted
  await putRequest(tx, { ...accepted, state: 'accepted' }, 'changed')
  const counter = await requestFrom(tx.db, accepter, asker)
  if (counter && counter.state !== 'accepted')
    await putRequest(tx, { ...counter, state: 'accepted' }, 'changed')
  await addContact(tx, asker, accepter)
  await addContact(tx, accepter, asker)
  const conversationId = await openDirect(tx, asker, accepter)
  await postTip(tx, conversationId, accepter, 'friendsNow')
  return conversationId
}

async function addContact(tx: Tx, user: UserId, other: UserId): Promise<void> {
  const since = tx.now()
  const { v: version } = tx.change(user, (v) => ({ k: 'contact', v, userId: other, since }))
  await insertContact(tx.db, { user_id: user, contact_id: other, version, since })
}
