/**
 * Registering and signing in: what is shown beside the password, and the work that the server may ask for while somebody guesses.
 * Rules A7, A16, A17 of SPEC.md.
 */
import type { Input } from '../../protocol'
import { retryOf, type Failure } from '../../protocol/errors'
import type { ClientId } from '../../protocol/ids'
import { isStored, storeNow } from './disk'
import type { Ticket } from './face'
import type { HttpAnswer } from './ports'
import { enter, stopSigningIn } from './session'
import { deviceTokenIn, isChallenge, isSession } from './shapes'
import { newAccount, type Session, type SigningIn } from './state'
import { devicesKey, registerKey, sessionKey } from './stored'
import { tokenUntil } from './time'
import { done, post, refuse, settle, silence, type Turn } from './turn'

/** Of more accounts than these the one that signed in longest ago is forgotten. */
const DEVICES_MAX = 5
/** A second challenge is answered when the first was too late, as on a phone that slept. */
const ANSWERS_MAX = 2

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
  const whole: SigningIn['input'] = { ...input, device: state.device }
  if (op === 'accounts.register') {
    // The answer to an earlier try may have been lost: the same clientId makes this one harmless (A7).
    if (state.registering?.account !== input.account) {
      state.registering = { account: input.account, clientId }
      storeNow(turn, registerKey)
    }
    whole.clientId = state.registering.clientId
  } else {
    const known = state.devices.find(({ account }) => account === keyOf(input.account))
    if (known) whole.deviceToken = known.token
  }
  state.signingIn = { ticket, op, input: whole, call: undefined, check: undefined, answers: 0 }
}

const keyOf = (account: unknown): string => String(account).toLowerCase()

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
  if (!answer.ok && goesOn(turn, signingIn, answer.error)) return
  state.signingIn = undefined
  const isFinal = answer.ok ? isSession(answer.value) : retryOf(answer.error.code) === 'never'
  if (signingIn.op === 'accounts.register' && isFinal) {
    state.registering = undefined
    storeNow(turn, registerKey)
  }
  if (!answer.ok) return fail(turn, signingIn, answer.error)
  if (!isSession(answer.value)) return refuse(turn, signingIn.ticket, 'internal')
  const token = deviceTokenIn(answer.value)
  if (token !== undefined) keepDevice(turn, signingIn, token)
  storeNow(turn, sessionKey)
  enter(turn, newAccount(tokensOf(answer.value), tokenUntil(turn, answer.value)))
  settle(turn, signingIn.ticket, answer)
}

function fail(turn: Turn, { ticket }: SigningIn, error: Failure): void {
  if (error.code === 'offline') refuse(turn, ticket, silence(turn.state))
  else settle(turn, ticket, { ok: false, error })
}

/** What a session is stored as: the device's token lies elsewhere, and outlives it. */
const tokensOf = (answer: Session): Session => {
  const { userId, sessionId, accessToken, accessExpiresAt, accessForMs, refreshToken } = answer
  return { userId, sessionId, accessToken, accessExpiresAt, accessForMs, refreshToken }
}

function keepDevice(turn: Turn, { input }: SigningIn, token: string | undefined): void {
  const account = keyOf(input.account)
  const others = turn.state.devices.filter((device) => device.account !== account)
  turn.state.devices = [...others, ...(token === undefined ? [] : [{ account, token }])].slice(-DEVICES_MAX)
  storeNow(turn, devicesKey)
}

/** The phone can do something about it: forget a token that the server does not know, or answer a challenge. */
function goesOn(turn: Turn, signingIn: SigningIn, { code }: Failure): boolean {
  const { input } = signingIn
  if (signingIn.op !== 'accounts.signIn') return false
  if (code === 'challengeFailed' && input.deviceToken !== undefined) {
    keepDevice(turn, signingIn, undefined)
    delete input.deviceToken
    signingIn.call = undefined
    return true
  }
  if (code !== 'challengeNeeded' && code !== 'challengeFailed') return false
  if (signingIn.answers >= ANSWERS_MAX) return false
  delete input.answer
  signingIn.check = 'asking'
  const account = String(input.account)
  signingIn.call = post(turn, 'accounts.getChallenge', { account }, undefined, { is: 'challenge' })
  turn.state.topics.add('session')
  return true
}

export function challengeAnswered(turn: Turn, call: number, answer: HttpAnswer): void {
  const { signingIn } = turn.state
  if (signingIn?.call !== call) return
  if (answer.ok && isChallenge(answer.value)) {
    const { challenge, salt, signature, maxNumber } = answer.value
    signingIn.check = { challenge, salt, signature, maxNumber }
    signingIn.call = ++turn.state.lastCall
    turn.effects.push({ do: 'solve', work: signingIn.call, challenge: { challenge, salt, maxNumber } })
    return
  }
  endCheck(turn)
  fail(turn, signingIn, answer.ok ? { code: 'internal' } : answer.error)
}

export function solved(turn: Turn, work: number, number: number | undefined): void {
  const { signingIn } = turn.state
  if (signingIn?.call !== work || !signingIn.check || signingIn.check === 'asking') return
  const { challenge, salt, signature } = signingIn.check
  if (number === undefined) {
    endCheck(turn)
    return refuse(turn, signingIn.ticket, 'challengeFailed')
  }
  signingIn.input.answer = { challenge, salt, signature, number }
  signingIn.answers += 1
  signingIn.check = undefined
  signingIn.call = undefined
  turn.state.topics.add('session')
}

function endCheck({ state }: Turn): void {
  state.signingIn = undefined
  state.topics.add('session')
}

/** Until the answer is sent a check can be stopped; what was sent cannot be taken back. */
export function stopCheck(turn: Turn, ticket: Ticket): void {
  const { signingIn } = turn.state
  if (signingIn?.check) {
    refuse(turn, stopSigningIn(turn, signingIn), 'cancelled')
    turn.state.topics.add('session')
  }
  done(turn, ticket)
}
