import { hash } from 'node:crypto'
import { canonical } from '../../protocol/canonical'
import type { ConversationId, UserId } from '../../protocol/ids'
import type { MessageBody, MessageRow } from '../../protocol/records'
import { isCountable } from '../../protocol/rules/countable'
import type { Head, Tx } from '../handle'
import type { SendRows } from './send-rows'
import { insertMessage } from './sql'

/** Tells two bodies apart, whatever the order of their keys (F6). */
export const payloadHashOf = (body: MessageBody): string => hash('sha256', canonical(body), 'base64url')

export interface Post {
  from: UserId
  clientId: string
  payloadHash: string
  body: MessageBody
  /** Writes it. */
  insert?: SendRows['insertMessage']
}

/**
 * Appends one message to a locked conversation: it takes the next seq (S2) and version (Y1), and the time of S5. Undefined:
 * `insert` found one of this clientId, and nothing changed.
 */
export async function post(
  tx: Tx,
  conversationId: ConversationId,
  head: Head,
  { from, clientId, payloadHash, body, insert = insertMessage }: Post,
): Promise<MessageRow | undefined> {
  const at = tx.now(conversationId)
  const seq = head.seq + 1
  const countable = head.countable + (isCountable(body.kind) ? 1 : 0)
  const isNew = await insert(tx.db, {
    conversation_id: conversationId,
    seq,
    version: head.version + 1,
    sender_id: from,
    client_id: clientId,
    payload_hash: payloadHash,
    at,
    countable,
    kind: body.kind,
    body_json: JSON.stringify(body),
  })
  if (!isNew) return undefined
  Object.assign(head, { seq, countable, lastAt: at })
  return tx.change(conversationId, (v) => ({ k: 'message', v, seq, from, clientId, at, countable, body }))
}
