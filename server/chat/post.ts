import { hash } from 'node:crypto'
import { canonical } from '../../protocol/canonical'
import type { ConversationId, UserId } from '../../protocol/ids'
import type { MessageBody, MessageRow } from '../../protocol/records'
import { isCountable } from '../../protocol/rules/countable'
import type { Head, Tx } from '../handle'
import { insertMessage } from './sql'

/** Tells two bodies apart, whatever the order of their keys (F6). */
export const payloadHashOf = (body: MessageBody): string => hash('sha256', canonical(body), 'base64url')

export interface Post {
  from: UserId
  clientId: string
  payloadHash: string
  body: MessageBody
}

/** Appends one message to a locked conversation: it takes the next seq (S2) and version (Y1), and the time of S5. */
export async function post(
  tx: Tx,
  conversationId: ConversationId,
  head: Head,
  { from, clientId, payloadHash, body }: Post,
): Promise<MessageRow> {
  const at = tx.now(conversationId)
  head.seq += 1
  head.countable += isCountable(body.kind) ? 1 : 0
  head.lastAt = at
  const { seq, countable } = head
  const row = tx.change(conversationId, (v) => ({
    k: 'message',
    v,
    seq,
    from,
    clientId,
    at,
    countable,
    body,
  }))
  await insertMessage(tx.db, {
    conversation_id: conversationId,
    seq,
    version: row.v,
    sender_id: from,
    client_id: clientId,
    payload_hash: payloadHash,
    at,
    countable,
    kind: body.kind,
    body_json: JSON.stringify(body),
  })
  return row
}
