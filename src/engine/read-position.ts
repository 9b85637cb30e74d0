/** How far I have read. Rules R1 and R3 of SPEC.md. */
import { positionZero, type ConversationId, type Position } from '../../protocol/ids'
import { maxPosition } from '../../protocol/rules/read'
import { actIs } from './acts'
import { pastOwn, placeOf, positionAt } from './mirror/look'
import type { Account } from './state'
import { meOf, streamOf } from './turn'

/** My read position, with marks that are on their way and own messages counted as read. */
export function readPosition(account: Account, id: ConversationId): Position {
  const stream = streamOf(account, id)
  let read: Position = placeOf(stream, meOf(account))?.read ?? positionZero
  for (const act of account.acts.values()) {
    if (actIs(act, 'chat.markRead') && act.input.conversationId === id)
      read = maxPosition(read, positionAt(stream, act.input.seq))
  }
  return pastOwn(stream, meOf(account), read)
}
