/** Which page of a device may use what is stored there. Rules O10, O13, O14 of SPEC.md. */
import { lastBatch } from './disk'
import type { Intent } from './face'
import { forget } from './session'
import { newDisk } from './state'
import { readSession, sessionKey } from './stored'
import { refuse, wake, type Turn } from './turn'

/** A claim that is not answered for so long. */
const CLAIM_MS = 5_000

/** This page owns the account's data on this device, or another does (O10). What is stored is read anew. */
export function owned(turn: Turn, isOwner: boolean): void {
  const { state } = turn
  if (state.owned === isOwner) return
  if (state.owned) lastBatch(turn, state.disk.urgent)
  // Who was signed in here is signed in there.
  state.elsewhere = isOwner || !state.account ? undefined : true
  forget(turn)
  state.owned = isOwner
  state.loaded = false
  // Batches are numbered on, so that the answer to one of before is known for what it is.
  state.disk = { ...newDisk(), save: state.disk.save }
  state.shelf = new Map()
  state.leaving = []
  state.devices = []
  if (!isOwner) refuseEarly(turn, isWayIn)
  look(turn)
}

/** Reads what is stored: to use it, or, where another page owns it, to see whether somebody is signed in there. */
export const look = (turn: Turn): void => void turn.effects.push({ do: 'load', load: ++turn.state.load })

/** What a page needs to own only once somebody signs in on it (O14). */
export const isWayIn = (intent: Intent): boolean =>
  intent.is === 'call' && (intent.op === 'accounts.signIn' || intent.op === 'accounts.register')

function refuseEarly(turn: Turn, isKept: (intent: Intent) => boolean): void {
  const { state } = turn
  for (const { ticket, intent } of state.early) if (!isKept(intent)) refuse(turn, ticket, 'unavailable')
  state.early = state.early.filter(({ intent }) => isKept(intent))
}

/** Another page owns what is stored. Where nobody is signed in there, nothing keeps this page from signing in (O14). */
export function looked(turn: Turn, entries: readonly (readonly [string, string])[]): void {
  const { state } = turn
  const stored = new Map(entries)
  state.elsewhere = readSession(stored.get(sessionKey) ?? '') !== undefined
  state.topics.add('session')
  if (state.elsewhere) refuseEarly(turn, () => false)
  else if (state.early.length > 0) turn.effects.push({ do: 'claim', steal: true })
}

/** Nobody is signed in here, and all of that is stored: a page that waits may have it. */
export function offerIt(turn: Turn): void {
  const { state } = turn
  const { writing, urgent, lazy } = state.disk
  if (!state.offers || state.account || state.signingIn) return
  if (writing || urgent.size > 0 || lazy.size > 0) return
  state.offers = false
  if (state.owned) turn.effects.push({ do: 'offer' })
}

/** No answer to the claim: somebody else has it, as far as is known. */
export function advanceOwner(turn: Turn): void {
  const { state } = turn
  if (state.owned !== undefined) return
  const until = state.startedAt + CLAIM_MS
  if (turn.now >= until) owned(turn, false)
  else wake(turn, until)
}
