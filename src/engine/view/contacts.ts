/** The address book and requests, with answers to requests that are on their way folded on. */
import { actIs } from '../acts'
import type { ContactView, RequestView } from '../face'
import { rowsOf } from '../mirror/look'
import type { Account, State } from '../state'
import { meOf } from '../turn'

export interface ContactsView {
  contacts(): ContactView[]
  requests(): RequestView[]
}

export function createContacts(state: State): ContactsView {
  return { contacts: kept(state, contactsOf), requests: kept(state, requestsOf) }
}

/** The same array until contacts change. */
function kept<T>(state: State, build: (account: Account) => T[]): () => T[] {
  let account: Account | undefined
  let stamp = -1
  let list: T[] = []
  return () => {
    const now = state.account?.stamps.contacts ?? 0
    if (account === state.account && stamp === now) return list
    account = state.account
    stamp = now
    list = account ? build(account) : []
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

function requestsOf(account: Account): RequestView[] {
  const answered = new Map<number, RequestView['state']>()
  for (const act of account.acts.values()) {
    if (actIs(act, 'contacts.acceptRequest')) answered.set(act.input.requestId, 'accepted')
    if (actIs(act, 'contacts.refuseRequest')) answered.set(act.input.requestId, 'refused')
  }
  const requests: RequestView[] = []
  for (const row of rowsOf(account.user, 'request')) {
    const incoming = row.toId === meOf(account)
    const peerId = incoming ? row.fromId : row.toId
    const peer = account.profiles.get(peerId)
    const state = row.state === 'pending' ? (answered.get(row.id) ?? row.state) : row.state
    requests.push({ id: row.id, incoming, peer, peerId, message: row.message, state, at: row.at })
  }
  return requests.sort((a, b) => b.at - a.at || b.id - a.id)
}
