/**
 * Who is signed in: from the store, or since a sign-in (sign-in.ts), until signing out or being signed out.
 * Rules A6, A8 of SPEC.md.
 */
import { isActOp } from './acts'
import { reckonLoaded } from './ages'
import { storeNow } from './disk'
import type { Ticket } from './face'
import { closeLink } from './link'
import { allChanged, landActs } from './merged'
import { newAccount, newLeaving, type Account, type Act, type SigningIn } from './state'
import {
  actKey,
  devicesKey,
  draftKey,
  isMirrorKey,
  isOwnKey,
  leavingKey,
  partsOf,
  readAct,
  readClock,
  readDevices,
  readDraft,
  readLeaving,
  readProfile,
  readRegistering,
  readSession,
  readStream,
  registerKey,
  sessionKey,
  valueOf,
} from './stored'
import { guessTime, storedTokenUntil } from './time'
import { refuse, type Turn } from './turn'

/** The store's contents. Mirrors of other accounts and what cannot be read are removed. */
export function loaded(turn: Turn, entries: readonly (readonly [string, string])[]): void {
  const { state } = turn
  state.loaded = true
  state.topics.add('session')
  const stored = new Map(entries)
  state.disk.stored = new Set(stored.keys())
  state.registering = readRegistering(stored.get(registerKey) ?? '')
  state.leaving = readLeaving(stored.get(leavingKey) ?? '').map(newLeaving)
  state.devices = readDevices(stored.get(devicesKey) ?? '')
  for (const [key, value] of stored) if (isOwnKey(key)) state.shelf.set(key, value)
  const session = readSession(stored.get(sessionKey) ?? '')
  guessTime(turn, readClock(stored.get(sessionKey) ?? ''))
  const account = session && newAccount(session, storedTokenUntil(turn, session))
  if (!state.registering && stored.has(registerKey)) storeNow(turn, registerKey)
  if (!session && stored.has(sessionKey)) storeNow(turn, sessionKey)
  if (state.leaving.length === 0 && stored.has(leavingKey)) storeNow(turn, leavingKey)
  if (state.devices.length === 0 && stored.has(devicesKey)) storeNow(turn, devicesKey)
  for (const [key, value] of stored)
    if (isMirrorKey(key) && !(account && readMirror(account, key, value))) storeNow(turn, key)
  if (account) enter(turn, account)
}

function readMirror(account: Account, key: string, text: string): boolean {
  const { kind, user, id } = partsOf(key)
  if (user !== account.session.userId) return false
  if (kind === 'profile') {
    const profile = readProfile(text)
    if (profile) account.profiles.set(profile.id, profile)
    return profile !== undefined
  }
  const stream = kind === 'mirror' ? readStream(text) : undefined
  if (!stream) return false
  if (Number(id) === user) account.user = stream
  else account.conversations.set(Number(id), stream)
  return true
}

/** The account is the phone's now; what was left unsent by an earlier session of it comes back (A8). */
export function enter(turn: Turn, account: Account): void {
  const { state } = turn
  const user = account.session.userId
  const acts: Act[] = []
  for (const [key, text] of [...state.shelf]) {
    const parts = partsOf(key)
    if (parts.user !== user) continue
    state.shelf.delete(key)
    const act = parts.kind === 'act' ? readAct(text, isActOp, turn.now) : undefined
    const draft = parts.kind === 'draft' ? readDraft(text) : undefined
    if (act) acts.push(act)
    else if (draft !== undefined) account.drafts.set(Number(parts.id), draft)
    else storeNow(turn, key)
  }
  acts.sort((a, b) => a.order - b.order)
  for (const act of acts) account.acts.set(act.clientId, act)
  account.lastOrder = acts[acts.length - 1]?.order ?? 0
  reckonLoaded(turn, account)
  state.account = account
  state.offers = false
  state.endedBecause = undefined
  for (const id of [user, ...account.conversations.keys()]) landActs(turn, account, id)
  allChanged(turn, account)
}

/**
 * The session is over: tokens and mirror go. `keepOwn`: unsent acts and drafts stay for the next sign-in of the same
 * account (A8); otherwise they go as well (A6).
 */
export function endSession(turn: Turn, because: 'signedOut' | 'revoked', keepOwn: boolean): void {
  const { state } = turn
  if (!state.account) return
  if (keepOwn) shelve(turn, state.account)
  forget(turn)
  state.endedBecause = because
  state.offers = true
  for (const key of state.disk.lazy) state.disk.urgent.add(key)
  state.disk.lazy = new Set()
  for (const key of state.disk.stored) {
    if (key !== registerKey && valueOf(state, key) === undefined) storeNow(turn, key)
  }
}

function shelve(turn: Turn, account: Account): void {
  const user = account.session.userId
  const keys = [...account.acts.values()]
    .filter((act) => act.output === undefined)
    .map((act) => actKey(user, act.clientId))
  for (const id of account.drafts.keys()) keys.push(draftKey(user, id))
  for (const key of keys) {
    const value = valueOf(turn.state, key)
    if (value !== undefined) turn.state.shelf.set(key, value)
  }
}

/** Nothing of the account stays in memory; whoever waits for a result is told. */
export function forget(turn: Turn): void {
  const { state } = turn
  const tickets = state.reads.map((read) => read.ticket)
  if (state.signingIn) tickets.push(stopSigningIn(turn, state.signingIn))
  for (const { purpose } of state.requests.values()) {
    if (purpose.is === 'read') tickets.push(purpose.read.ticket)
    if (purpose.is === 'older') tickets.push(purpose.ticket)
  }
  for (const act of state.account?.acts.values() ?? []) if (act.ticket !== undefined) tickets.push(act.ticket)
  for (const ticket of tickets) refuse(turn, ticket, 'cancelled')
  closeLink(turn)
  state.account = undefined
  state.reads = []
  state.requests.clear()
  state.loadingOlder.clear()
  state.topics = new Set([...state.topics, 'session', 'link', 'chats', 'room', 'contacts'])
}

/** Ends what is under way for a sign-in; its ticket is still to be settled. */
export function stopSigningIn(turn: Turn, { ticket, call, check }: SigningIn): Ticket {
  const { state, effects } = turn
  state.signingIn = undefined
  if (call === undefined || check === undefined) return ticket
  state.https.delete(call)
  effects.push(check === 'asking' ? { do: 'abort', call } : { do: 'stopSolving', work: call })
  return ticket
}
