/**
 * Sign-outs of which the server has not heard. The phone is wiped at once; a refresh token is kept aside, and nothing else
 * of the account, until the server has ended the session. Rules A6, A10 of SPEC.md.
 */
import { retryOf, type Failure } from '../../protocol/errors'
import { storeNow } from './disk'
import type { Ticket } from './face'
import type { HttpAnswer } from './ports'
import { endSession } from './session'
import { isObject, isSession } from './shapes'
import { newLeaving, type Leaving } from './state'
import { leavingKey } from './stored'
import { done, jitteredMs, post, wake, type Turn } from './turn'

/** Of more than these the oldest is forgotten. */
const LEAVING_MAX = 5

/** Signs out here, whether there is a network or not, and then tells the server. */
export function signOut(turn: Turn, ticket: Ticket): void {
  const { state, now } = turn
  const { account } = state
  if (account) {
    const { session, tokenUntil } = account
    endSession(turn, 'signedOut', false)
    const leaving = newLeaving(session.refreshToken)
    if (now < tokenUntil) leaving.accessToken = session.accessToken
    state.leaving = [...state.leaving, leaving].slice(-LEAVING_MAX)
    storeNow(turn, leavingKey)
  }
  done(turn, ticket)
}

/** Tells the server what is due, beside whoever is signed in now. */
export function advanceLeaving(turn: Turn): void {
  for (const leaving of turn.state.leaving) {
    if (leaving.call !== undefined) continue
    if (turn.now < leaving.retryAt) wake(turn, leaving.retryAt)
    else tell(turn, leaving)
  }
}

/** The user or the network came back. */
export function tellAgain(turn: Turn): void {
  for (const leaving of turn.state.leaving) Object.assign(leaving, { tries: 0, retryAt: turn.now })
}

function tell(turn: Turn, leaving: Leaving): void {
  const { refreshToken, accessToken } = leaving
  leaving.call =
    accessToken === undefined
      ? post(turn, 'accounts.refresh', { refreshToken }, undefined, { is: 'leave' })
      : post(turn, 'accounts.signOut', {}, accessToken, { is: 'leave' })
}

export function leaveAnswered(turn: Turn, call: number, answer: HttpAnswer): void {
  const leaving = turn.state.leaving.find((other) => other.call === call)
  if (!leaving) return
  leaving.call = undefined
  if (leaving.accessToken === undefined) refreshedToLeave(turn, leaving, answer)
  else if (answer.ok && isObject(answer.value)) over(turn, leaving)
  else if (!answer.ok && answer.error.code === 'unauthenticated' && !leaving.renewed)
    leaving.accessToken = undefined
  else failed(turn, leaving, answer)
}

function refreshedToLeave(turn: Turn, leaving: Leaving, answer: HttpAnswer): void {
  if (!answer.ok || !isSession(answer.value)) return failed(turn, leaving, answer)
  leaving.accessToken = answer.value.accessToken
  leaving.renewed = true
}

/** What is final, as that the session has ended, ends it here too. What never reached the server is tried again. */
function failed(turn: Turn, leaving: Leaving, answer: HttpAnswer): void {
  const failure: Failure | undefined = answer.ok ? undefined : answer.error
  if (failure && retryOf(failure.code) === 'never') return over(turn, leaving)
  leaving.renewed = false
  leaving.retryAt = turn.now + jitteredMs(turn, leaving.tries++, failure)
}

function over(turn: Turn, leaving: Leaving): void {
  turn.state.leaving = turn.state.leaving.filter((other) => other !== leaving)
  storeNow(turn, leavingKey)
}
