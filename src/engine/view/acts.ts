/** How acts look to views. */
import type { Input } from '../../../protocol'
import type { ConversationId } from '../../../protocol/ids'
import { actIs } from '../acts'
import type { SendState } from '../face'
import type { Account, Act } from '../state'

export type Sending = Act & { input: Input<'chat.sendMessage'> }

/** Messages of a conversation that are not in the mirror yet, in the order they were made. */
export function sendingTo(account: Account, id: ConversationId): Sending[] {
  const sending: Sending[] = []
  for (const act of account.acts.values())
    if (actIs(act, 'chat.sendMessage') && act.input.conversationId === id) sending.push(act)
  return sending
}

export function sendStateOf(act: Act, isUp: boolean): SendState {
  if (act.failed !== undefined) return { state: 'failed', code: act.failed }
  if (act.output !== undefined) return { state: 'sent' }
  return isUp ? { state: 'sending', since: act.sentAt ?? act.at } : { state: 'waiting' }
}
