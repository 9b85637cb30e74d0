/**
 * Who is signed in: from the store, by signing in or registering, until signing out or being signed out.
 * Rules A6, A7, A8, O10 of SPEC.md.
 */
import type { Input } from '../../protocol'
import { retryOf } from '../../protocol/errors'
import type { ClientId } from '../../protocol/ids'
import { limits } from '../../protocol/limits'
import { isActOp } from './acts'
import { isStored, lastBatch, storeNow } from './disk'
import type { Ticket } from './face'
import { closeLink } from './link'
import { allChanged, landActs } from './merged'
import type { HttpAnswer } from './ports'
import { isSession } from './shapes'
import { newAccount, newDisk, newLeaving, type Account, type Act, type SigningIn } from './state'
import {
  actKey,
  draftKey,
  isMirrorKey,
  isOwnKey,
  leavingKey,
  partsOf,
  readAct,
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
import { post, refuse, settle, silence, wake, type Turn } from './turn'

/** This page owns the account's data on this device, or another does (O10). What is stored is read anew. */
export function owned(turn: Turn, isOwner: boolean): void {
  const { state } = turn
  if (state.owned === isOwner) return
  if (state.owned) lastBatch(turn, state.disk.urgent)
  forget(turn)
  state.owned = isOwner
  state.loaded = false
  // Batches are numbered on, so that the answer to one of before is known for what it is.
  state.disk = { ...newDisk(), save: state.disk.save }
  state.shelf = new Map()
  state.leaving = []
  if (isOwner) turn.effects.push({ do: 'load', load: ++state.load })
  else for (const { ticket } of state.early.splice(0)) refuse(turn, ticket, 'unavailable')
}

/** No answer to the claim: somebody else has it. */
export function advanceOwner(turn: Turn): void {
  const { state } = turn
  if (state.owned !== undefined) return
  const until = state.startedAt + limits.connectingShownAfterMs
  if (turn.now >= until) owned(turn, false)
  else wake(turn, until)
}

/** The store's contents. Mirrors of other accounts and what cannot be read are removed. */
export function loaded(turn: Turn, entries: readonly (readonly [string, string])[]): void {
  const { state } = turn
  state.loaded = true
  state.topics.add('session')
  const stored = new Map(entries)
  state.disk.stored = new Set(stored.keys())
  state.registering = readRegistering(stored.get(registerKey) ?? '')
  state.leaving = readLeaving(stored.get(leavingKey) ?? '').map(newLeaving)
  for (const [key, value] of stored) if (isOwnKey(key)) state.shelf.set(key, value)
  const session = readSession(stored.get(sessionKey) ?? '')
  const account = session && newAccount(session)
  if (!state.registering && stored.has(registerKey)) storeNow(turn, registerKey)
  if (!session && stored.has(sessionKey)) storeNow(turn, sessionKey)
  if (state.leaving.length === 0 && stored.has(leavingKey)) storeNow(turn, leavingKey)
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
function enter(turn: Turn, account: Account): void {
  const { state } = turn
  const user = account.session.userId
  const acts: Act[] = []
  for (const [key, text] of [...state.shelf]) {
    const parts = partsOf(key)
    if (parts.user !== user) continue
    state.shelf.delete(key)
    const act = parts.kind === 'act' ? readAct(text, isActOp) : undefined
    const draft = parts.kind === 'draft' ? readDraft(text) : undefined
    if (act) acts.push(act)
    else if (draft !== undefined) account.drafts.set(Number(parts.id), draft)
    else storeNow(turn, key)
  }
  acts.sort((a, b) => a.order - b.order)
  for (const act of acts) account.acts.set(act.clientId, act)
  account.lastOrder = acts[acts.length - 1]?.order ?? 0
  state.account = account
  state.endedBecause = undefined
  for (const id of [user, ...account.conversations.keys()]) landActs(turn, account, id)
  allChanged(turn, account)
}

/** Registers or signs in, one at a time and only while nobody is signed in. */
export function signIn(
  turn: Turn,
  op: SigningIn['op'],
  input: Omit<Input<SigningIn['op']>, 'clientId'>,
  clientId: ClientId,
  ticket: Ticket,
): void {
  const { state } = turn
  if (state.account || state.signingIn) return refuse(turn, ticket, 'conflict')
  const whole = { ...input, device: state.device }
  if (op === 'accounts.register') {
    // The answer to an earlier try may have been lost: the same clientId makes this one harmless (A7).
    if (state.registering?.account !== input.account) {
      state.registering = { account: input.account, clientId }
      storeNow(turn, registerKey)
    }
    Object.assign(whole, { clientId: state.registering.clientId })
  }
  state.signingIn = { ticket, op, input: whole, call: undefined }
}

export function advanceSignIn(turn: Turn): void {
  const { signingIn } = turn.state
  if (!signingIn || signingIn.call !== undefined || !isStored(turn, registerKey)) return
  signingIn.call = post(turn, signingIn.op, signingIn.input as Input<SigningIn['op']>, undefined, {
    is: 'signIn',
  })
}

export function signInAnswered(turn: Turn, call: number, answer: HttpAnswer): void {
  const { state } = turn
  const { signingIn } = state
  if (signingIn?.call !== call) return
  state.signingIn = undefined
  const isFinal = answer.ok ? isSession(answer.value) : retryOf(answer.error.code) === 'never'
  if (signingIn.op === 'accounts.register' && isFinal) {
    state.registering = undefined
    storeNow(turn, registerKey)
  }
  if (!answer.ok && answer.error.code === 'offline') return refuse(turn, signingIn.ticket, silence(state))
  if (!answer.ok) return settle(turn, signingIn.ticket, answer)
  if (!isSession(answer.value)) return refuse(turn, signingIn.ticket, 'internal')
  storeNow(turn, sessionKey)
  enter(turn, newAccount(answer.value))
  settle(turn, signingIn.ticket, answer)
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
function forget(turn: Turn): void {
  const { state } = turn
  const tickets = state.reads.map((read) => read.ticket)
  if (state.signingIn) tickets.push(state.signingIn.ticket)
  for (const { purpose } of state.requests.values()) {
    if (purpose.is === 'read') tickets.push(purpose.read.ticket)
    if (purpose.is === 'older') tickets.push(purpose.ticket)
  }
  for (const act of state.account?.acts.values() ?? []) if (act.ticket !== undefined) tickets.push(act.ticket)
  for (const ticket of tickets) refuse(turn, ticket, 'cancelled')
  closeLink(turn)
  state.account = undefined
  state.signingIn = undefined
  state.reads = []
  state.requests.clear()
  state.loadingOlder.clear()
  state.topics = new Set([...state.topics, 'session', 'link', 'chats', 'room', 'contacts'])
}
