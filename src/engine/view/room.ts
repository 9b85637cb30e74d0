/** One conversation: messages by seq, then acts in the order they were made. What did not change stays the same object. */
import type { ConversationId, Seq } from '../../../protocol/ids'
import type { MessageRow } from '../../../protocol/records'
import { canSpeak } from '../../../protocol/rules/speak'
import type { MessageView, RoomView } from '../face'
import { placeOf, rowsOf } from '../mirror/look'
import type { Stream } from '../mirror/merge'
import { readPosition } from '../read-position'
import type { Account, State } from '../state'
import { isUp, meOf, streamOf } from '../turn'
import { sendingTo, sendStateOf, type Sending } from './acts'
import { entryOf, unreadOf } from './chats'

interface Kept {
  stamp: number
  openedAtSeq: Seq | undefined
  loaded: boolean
  view: RoomView
  /** Views of rows, by the row they were made of. */
  byRow: Map<MessageRow, MessageView>
  messages: readonly MessageView[]
}

export function createRoom(state: State): (id: ConversationId) => RoomView {
  let account: Account | undefined
  const rooms = new Map<ConversationId, Kept>()

  return (id) => {
    if (account !== state.account) rooms.clear()
    account = state.account
    if (!account) return emptyRoom(id)
    const open = state.room?.conversationId
    // Only the open room and the one that is asked for are kept.
    for (const other of rooms.keys()) if (other !== id && other !== open) rooms.delete(other)
    const stamp = account.stamps.rooms.get(id) ?? 0
    const contacts = account.user.version > 0
    const openedAtSeq = id === open ? state.room?.openedAtSeq : undefined
    const kept = rooms.get(id)
    if (kept?.stamp === stamp && kept.openedAtSeq === openedAtSeq && kept.loaded === contacts)
      return kept.view
    const messages = messagesOf(state, account, id, kept)
    const view = build(state, account, id, messages.messages, openedAtSeq)
    rooms.set(id, { stamp, openedAtSeq, loaded: contacts, view, ...messages })
    return view
  }
}

const emptyRoom = (id: ConversationId): RoomView => ({
  conversationId: id,
  peer: undefined,
  peerId: undefined,
  me: undefined,
  messages: [],
  more: false,
  loadingOlder: false,
  openedAtSeq: undefined,
  unread: 0,
  draft: '',
  canSpeak: { ok: false, code: 'notMember' },
})

function build(
  state: State,
  account: Account,
  id: ConversationId,
  messages: readonly MessageView[],
  openedAtSeq: Seq | undefined,
): RoomView {
  const peerId = entryOf(account, id)?.peerId
  return {
    conversationId: id,
    peer: peerId === undefined ? undefined : account.profiles.get(peerId),
    peerId,
    me: meOf(account),
    messages,
    more: streamOf(account, id).floorSeq > 1,
    loadingOlder: state.loadingOlder.has(id),
    openedAtSeq: openedAtSeq ?? readUpTo(account, id),
    unread: unreadOf(account, id),
    draft: account.drafts.get(id) ?? '',
    canSpeak: maySpeak(account, id),
  }
}

/** Before my place has come nobody knows. */
const readUpTo = (account: Account, id: ConversationId): Seq | undefined =>
  placeOf(streamOf(account, id), meOf(account)) && readPosition(account, id).seq

function maySpeak(account: Account, id: ConversationId): RoomView['canSpeak'] {
  // Before the own stream is there nobody knows: the server decides.
  if (account.user.version === 0) return { ok: true }
  const entry = entryOf(account, id)
  const friends = entry !== undefined && account.user.rows.has(`contact:${entry.peerId}`)
  return canSpeak({ member: entry !== undefined, kind: 'direct', friends })
}

function messagesOf(
  state: State,
  account: Account,
  id: ConversationId,
  kept: Kept | undefined,
): Pick<Kept, 'messages' | 'byRow'> {
  const stream = streamOf(account, id)
  const mark = peerMark(stream, account)
  const byRow = new Map<MessageRow, MessageView>()
  const messages: MessageView[] = []
  for (const row of stream.messages) {
    const before = kept?.byRow.get(row)
    const mine = row.from === meOf(account)
    const readByPeer = mine && row.seq <= mark
    const view = before?.readByPeer === readByPeer ? before : viewOf(row, mine, readByPeer)
    byRow.set(row, view)
    messages.push(view)
  }
  for (const act of sendingTo(account, id)) messages.push(sendingView(state, account, act))
  const before = kept?.messages
  const same = before?.length === messages.length && messages.every((view, i) => view === before[i])
  return { byRow, messages: same ? before : messages }
}

/** How far the other side of a one-to-one chat has read (R5). */
function peerMark(stream: Stream, account: Account): Seq {
  for (const place of rowsOf(stream, 'place')) if (place.userId !== meOf(account)) return place.read.seq
  return 0
}

const viewOf = (row: MessageRow, mine: boolean, readByPeer: boolean): MessageView => ({
  key: mine && row.body.kind !== 'tip' ? row.clientId : `s${row.seq}`,
  clientId: row.clientId,
  seq: row.seq,
  from: row.from,
  mine,
  at: row.at,
  body: row.body,
  send: { state: 'sent' },
  readByPeer,
})

function sendingView(state: State, account: Account, act: Sending): MessageView {
  return {
    key: act.clientId,
    clientId: act.clientId,
    seq: undefined,
    from: meOf(account),
    mine: true,
    at: act.at,
    body: act.input.body,
    send: sendStateOf(act, isUp(state)),
    readByPeer: false,
  }
}
