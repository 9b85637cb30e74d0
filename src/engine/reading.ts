/** The room on screen, what was drawn of it, and older messages of it. Rules R1 to R3 of SPEC.md. */
import type { ClientId, ConversationId, Seq } from '../../protocol/ids'
import { limits } from '../../protocol/limits'
import { noteOpened } from './merged'
import { lastMessage } from './mirror/look'
import { trim } from './mirror/merge'
import { markRead } from './outbox'
import { readPosition } from './read-position'
import type { Account } from './state'
import { streamOf, touchRoom, type Turn } from './turn'

/** Shows a room, or none. The window of the one that was left shrinks again. */
export function openRoom(turn: Turn, id: ConversationId | null): void {
  const { state } = turn
  const { account, room } = state
  if (room?.conversationId === id) return
  state.room = id === null ? undefined : { conversationId: id, openedAtSeq: undefined }
  state.topics.add('room')
  if (!account) return
  if (room) {
    trim(streamOf(account, room.conversationId), limits.windowMessages)
    touchRoom(turn, account, room.conversationId)
  }
  if (id === null) return
  noteOpened(turn, account)
  touchRoom(turn, account, id)
}

/** Messages up to `seq` were drawn; in the background nobody has seen them yet. */
export function seen(turn: Turn, account: Account, id: ConversationId, seq: Seq, clientId: ClientId): void {
  const head = lastMessage(streamOf(account, id))?.seq ?? 0
  const drawn = Math.max(Math.min(seq, head), account.drawn.get(id) ?? 0)
  account.drawn.set(id, drawn)
  if (turn.state.foreground && drawn > readPosition(account, id).seq)
    markRead(turn, account, id, drawn, clientId)
}

/** The app is on screen again: what was drawn in the open room meanwhile is seen now. */
export function seenAgain(turn: Turn, account: Account, clientId: ClientId): void {
  const id = turn.state.room?.conversationId
  const drawn = id === undefined ? undefined : account.drawn.get(id)
  if (id !== undefined && drawn !== undefined) seen(turn, account, id, drawn, clientId)
}
