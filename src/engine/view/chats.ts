/** The chat list. A change builds one row anew and moves it; the others stay the objects they were. */
import type { ConversationId } from '../../../protocol/ids'
import type { RowOf } from '../../../protocol/records'
import { unreadCount } from '../../../protocol/rules/read'
import type { ChatRowView } from '../face'
import { lastMessage, placeOf } from '../mirror/look'
import { readPosition } from '../read-position'
import type { Account, State } from '../state'
import { isUp, meOf, streamOf } from '../turn'
import { sendingTo, sendStateOf } from './acts'

export interface ChatsView {
  chats(): ChatRowView[]
  unreadTotal(): number
}

export function createChats(state: State): ChatsView {
  let account: Account | undefined
  let list: ChatRowView[] = []
  let unread = 0
  const rows = new Map<ConversationId, ChatRowView>()

  function refresh(): void {
    if (account !== state.account) {
      account = state.account
      list = []
      unread = 0
      rows.clear()
    }
    const stale = account?.stamps.staleChats
    if (!account || !stale || stale.size === 0) return
    const gone: ChatRowView[] = []
    const fresh: ChatRowView[] = []
    for (const id of stale) {
      const before = rows.get(id)
      const row = buildRow(state, account, id)
      if (before) gone.push(before)
      if (row) {
        rows.set(id, row)
        fresh.push(row)
      } else rows.delete(id)
      unread += (row?.unread ?? 0) - (before?.unread ?? 0)
    }
    stale.clear()
    list = moved(list, gone, fresh)
  }

  return {
    chats() {
      refresh()
      return list
    },
    unreadTotal() {
      refresh()
      return unread
    },
  }
}

/** Newest first; equal times by id, so that the order is one. */
const inList = (a: ChatRowView, b: ChatRowView): number => b.at - a.at || b.conversationId - a.conversationId
/** More changes than this at once are sorted anew. */
const MOVES_MAX = 50

/** A new list without `gone` and with `fresh`. */
function moved(list: readonly ChatRowView[], gone: ChatRowView[], fresh: ChatRowView[]): ChatRowView[] {
  if (fresh.length > MOVES_MAX) {
    const dropped = new Set(gone)
    return [...list.filter((row) => !dropped.has(row)), ...fresh].sort(inList)
  }
  const next = [...list]
  for (const row of gone) next.splice(indexIn(next, row), 1)
  for (const row of fresh) next.splice(indexIn(next, row), 0, row)
  return next
}

/** Where a row stands, or would stand, in the sorted list. */
function indexIn(list: readonly ChatRowView[], row: ChatRowView): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    const at = list[middle]
    if (at && inList(at, row) < 0) low = middle + 1
    else high = middle
  }
  return low
}

export const entryOf = (account: Account, id: ConversationId): RowOf<'entry'> | undefined =>
  account.user.rows.get(`entry:${id}`) as RowOf<'entry'> | undefined

function buildRow(state: State, account: Account, id: ConversationId): ChatRowView | undefined {
  const entry = entryOf(account, id)
  if (!entry) return undefined
  const last = lastOf(state, account, id)
  return {
    conversationId: id,
    peer: account.profiles.get(entry.peerId),
    peerId: entry.peerId,
    last,
    at: last?.at ?? entry.at,
    unread: unreadOf(account, id),
    draft: account.drafts.get(id) ?? '',
  }
}

/** The newest message or act. A failed act stays where it was made and does not hide what came after it. */
function lastOf(state: State, account: Account, id: ConversationId): ChatRowView['last'] {
  const message = lastMessage(streamOf(account, id))
  const sending = sendingTo(account, id)
  for (const act of sending.reverse()) {
    if (act.failed !== undefined && message && act.at < message.at) continue
    const at = Math.max(act.at, message?.at ?? 0)
    return { body: act.input.body, mine: true, at, send: sendStateOf(act, isUp(state)) }
  }
  if (!message) return undefined
  return { body: message.body, mine: message.from === meOf(account), at: message.at, send: { state: 'sent' } }
}

/** Rule R2, with my position as `readPosition` has it. */
export function unreadOf(account: Account, id: ConversationId): number {
  const stream = streamOf(account, id)
  const joined = placeOf(stream, meOf(account))?.joined
  const read = readPosition(account, id)
  return unreadCount(lastMessage(stream)?.countable ?? 0, joined ? [joined, read] : [read])
}
