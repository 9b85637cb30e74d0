/** The address book and requests, with my askings and answers that are on their way folded on. */
import type { Input } from '../../../protocol'
import type { UserId } from '../../../protocol/ids'
import type { Profile } from '../../../protocol/records'
import { actIs } from '../acts'
import type { ContactView, PendingAct, RequestView } from '../face'
import { rowsOf } from '../mirror/look'
import type { Account, Act, State } from '../state'
import { isUp, meOf } from '../turn'
import { sendStateOf } from './acts'

export interface ContactsView {
  profile(id: UserId): Profile | undefined
  contacts(): ContactView[]
  requests(): RequestView[]
}

export function createContacts(state: State): ContactsView {
  return {
    profile: (id) => state.account?.profiles.get(id),
    contacts: kept(state, contactsOf),
    requests: kept(state, requestsOf),
  }
}

/** The same array until contacts change. */
function kept<T>(state: State, build: (account: Account, up: boolean) => T[]): () => T[] {
  let account: Account | undefined
  let stamp = -1
  let list: T[] = []
  return () => {
    const now = state.account?.stamps.contacts ?? 0
    if (account === state.account && stamp === now) return list
    account = state.account
    stamp = now
    list = account ? build(account, isUp(state)) : []
    return list
  }
}

/** Friends whose profile has not come yet are left out until it does. */
function contactsOf(account: Account): ContactView[] {
  const contacts: ContactView[] = []
  for (const { userId } of rowsOf(account.user, 'contact')) {
    const profile = account.profiles.get(userId)
    if (profile) contacts.push({ profile, conversationId: account.directs.get(userId) })
  }
  return contacts.sort(inBook)
}

/** By letter, # last, then by sortKey; equal ones by id, so that the order is one (C5). */
function inBook({ profile: a }: ContactView, { profile: b }: ContactView): number {
  if (a.letter !== b.letter) {
    if (a.letter === '#') return 1
    if (b.letter === '#') return -1
    return a.letter < b.letter ? -1 : 1
  }
  if (a.sortKey !== b.sortKey) return a.sortKey < b.sortKey ? -1 : 1
  return a.id - b.id
}

function requestsOf(account: Account, up: boolean): RequestView[] {
  const { answers, asks } = pending(account)
  const requests: RequestView[] = []
  for (const row of rowsOf(account.user, 'request')) {
    const incoming = row.toId === meOf(account)
    const peerId = incoming ? row.fromId : row.toId
    const answer = row.state === 'pending' ? answers.get(row.id) : undefined
    const act = answer ?? (row.state === 'pending' ? asks.get(peerId) : undefined)
    if (act && act !== answer) asks.delete(peerId)
    const peer = account.profiles.get(peerId)
    const { id, message, at } = row
    const state = answer ? stateAfter(answer) : row.state
    requests.push({ key: `r${id}`, id, incoming, peer, peerId, message, state, at, act: actView(act, up) })
  }
  for (const [peerId, ask] of asks) requests.push(unknownRequest(account, peerId, ask, up))
  return requests.sort((a, b) => b.at - a.at || (b.id ?? 0) - (a.id ?? 0))
}

type Ask = Act & { input: Input<'contacts.requestFriend'> }

/** Answers by their request, and requests of mine by whom they ask. */
function pending(account: Account): { answers: Map<number, Act>; asks: Map<UserId, Ask> } {
  const answers = new Map<number, Act>()
  const asks = new Map<UserId, Ask>()
  for (const act of account.acts.values()) {
    if (actIs(act, 'contacts.acceptRequest')) answers.set(act.input.requestId, act)
    if (actIs(act, 'contacts.refuseRequest')) answers.set(act.input.requestId, act)
    if (actIs(act, 'contacts.requestFriend')) asks.set(act.input.userId, act)
  }
  return { answers, asks }
}

const stateAfter = (answer: Act): RequestView['state'] =>
  actIs(answer, 'contacts.acceptRequest') ? 'accepted' : 'refused'

const actView = (act: Act | undefined, up: boolean): PendingAct | undefined =>
  act && { clientId: act.clientId, send: sendStateOf(act, up), free: !act.sent }

/** One that the server has not taken yet. */
const unknownRequest = (account: Account, peerId: UserId, ask: Ask, up: boolean): RequestView => ({
  key: ask.clientId,
  id: undefined,
  incoming: false,
  peer: account.profiles.get(peerId),
  peerId,
  message: ask.input.message,
  state: 'pending',
  at: ask.at,
  act: actView(ask, up),
})
