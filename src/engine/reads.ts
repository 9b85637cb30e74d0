/** Reads on behalf of the user: asked on the link, asked again when it breaks, given up after a while. */
import type { Input, Output, ReadOpName } from '../../protocol'
import type { Failure } from '../../protocol/errors'
import type { ConversationId, Seq } from '../../protocol/ids'
import { limits } from '../../protocol/limits'
import type { Ticket } from './face'
import { storeSoon } from './disk'
import { applyHistory } from './mirror/merge'
import { profilesCame } from './profiles'
import { profilesIn } from './shapes'
import type { Account, Read, State } from './state'
import { streamKey } from './stored'
import {
  backOffMs,
  done,
  isUp,
  meOf,
  refuse,
  request,
  settle,
  silence,
  streamOf,
  touchRoom,
  wake,
  type Turn,
} from './turn'

/** Waits for a link at most `requestTimeoutMs`; fails at once where none can come (W13). */
export function addRead(turn: Turn, op: ReadOpName, input: unknown, ticket: Ticket): void {
  const dueAt = turn.now + limits.requestTimeoutMs
  turn.state.reads.push({ ticket, op, input, dueAt, tries: 0, retryAt: 0 })
}

export function advanceReads(turn: Turn): void {
  const { state } = turn
  const waiting = state.reads
  state.reads = []
  for (const read of waiting) {
    if (turn.now >= read.dueAt || isCut(state)) refuse(turn, read.ticket, silence(state))
    else if (isUp(state) && turn.now >= read.retryAt) ask(turn, read)
    else {
      state.reads.push(read)
      wake(turn, isUp(state) ? Math.min(read.retryAt, read.dueAt) : read.dueAt)
    }
  }
}

/** As far as is known: the device says that it has no network, or the title that nobody answers. */
const isCut = (state: State): boolean =>
  !isUp(state) && (!state.online || state.header.shown === 'unreachable')

/** A server that stops sent it away: it is asked again, the first time at once. */
export function readAgain(turn: Turn, read: Read): void {
  if (read.tries > 0) read.retryAt = turn.now + backOffMs(turn, limits.outboxRetryMs, read.tries - 1)
  read.tries++
  turn.state.reads.push(read)
}

function ask(turn: Turn, read: Read): void {
  // A read's op and input were taken from one intent.
  request(turn, read.op, read.input as Input<ReadOpName>, { is: 'read', read })
}

/** Whoever was found is kept as others are that are shown: he can be looked at, and asked, without a network too. */
export function readCame(turn: Turn, account: Account, { ticket }: Read, out: unknown): void {
  profilesCame(turn, account, { profiles: profilesIn(out) })
  settle(turn, ticket, { ok: true, value: out })
}

/** A page of history below the window; its result is empty, the rows are in the room's view. */
export function loadOlder(turn: Turn, account: Account, id: ConversationId, ticket: Ticket): void {
  const { loadingOlder } = turn.state
  const stream = account.conversations.get(id)
  if (!stream || stream.floorSeq <= 1 || loadingOlder.has(id)) return done(turn, ticket)
  if (!isUp(turn.state)) return refuse(turn, ticket, 'offline')
  loadingOlder.add(id)
  stream.aside = []
  const beforeSeq = stream.floorSeq
  const input = { conversationId: id, beforeSeq, limit: limits.windowMessages }
  request(turn, 'chat.listMessages', input, { is: 'older', ticket, conversationId: id, beforeSeq })
  touchRoom(turn, account, id)
}

export interface Older {
  ticket: Ticket
  conversationId: ConversationId
  beforeSeq: Seq
}
export function olderCame(
  turn: Turn,
  account: Account,
  { ticket, conversationId, beforeSeq }: Older,
  page: Output<'chat.listMessages'>,
): void {
  turn.state.loadingOlder.delete(conversationId)
  // A room that was closed meanwhile keeps its window small.
  const isOpen = turn.state.room?.conversationId === conversationId
  if (isOpen) applyHistory(streamOf(account, conversationId), beforeSeq, page)
  else streamOf(account, conversationId).aside = undefined
  storeSoon(turn, streamKey(meOf(account), conversationId))
  touchRoom(turn, account, conversationId)
  done(turn, ticket)
}

export function olderFailed(turn: Turn, account: Account, older: Older, failure: Failure): void {
  turn.state.loadingOlder.delete(older.conversationId)
  streamOf(account, older.conversationId).aside = undefined
  touchRoom(turn, account, older.conversationId)
  settle(turn, older.ticket, { ok: false, error: failure })
}
