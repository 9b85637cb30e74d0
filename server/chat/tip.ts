import type { ConversationId, UserId } from '../../protocol/ids'
import type { MessageBody } from '../../protocol/records'
import type { Tx } from '../handle'
import { payloadHashOf, post } from './post'

type Tip = Extract<MessageBody, { kind: 'tip' }>['tip']

/**
 * Posts a tip in a locked conversation on behalf of the user whose act it tells of. Its clientId starts with #, which no
 * phone may send, so nobody can take it before.
 */
export async function postTip(tx: Tx, conversationId: ConversationId, from: UserId, tip: Tip): Promise<void> {
  const head = tx.head(conversationId)
  if (!head) throw new Error(`conversation ${conversationId} is not locked`)
  const body: MessageBody = { kind: 'tip', tip }
  await post(tx, conversationId, head, {
    from,
    clientId: `#${head.seq + 1}`,
    payloadHash: payloadHashOf(body),
    body,
  })
}
