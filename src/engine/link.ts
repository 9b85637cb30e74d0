/** The one socket: opening, greeting, pinging, and coming back. Rules W2, W3, W6, W8, W10, W11, A8 of SPEC.md. */
import { limits } from '../../protocol/limits'
import { PROTOCOL_VERSION } from '../../protocol/version'
import type { Up } from '../../protocol/wire'
import type { ErrorCode, Failure } from '../../protocol/errors'
import { beginCatchUp } from './catch-up'
import { isStored, storeNow } from './disk'
import type { HttpAnswer } from './ports'
import { refreshProfiles } from './profiles'
import { isSession } from './shapes'
import { newHeader, newPoll, type Account } from './state'
import { sessionKey } from './stored'
import { tokenUntil } from './time'
import { jitteredMs, post, wake, type Turn } from './turn'

/** A token that ends within this is not worth a hello. */
const TOKEN_SPARE_MS = 5_000
/** A socket that was heard for so long after its welcome was a good one. */
const GOOD_MS = 10_000
/** After so long in one piece the waits start from the shortest again (W11). */
const STEADY_MS = 60_000
/** A socket that comes while a poll works has to answer a ping so long after its welcome. */
const PROVE_MS = 3_000
/** Waits between the sockets that are tried beside a poll that works, before jitter. */
const TRIAL_MS = [10_000, 60_000, 120_000, 300_000] as const

/** Does whatever is due on the link. */
export function advanceLink(turn: Turn): void {
  const { link, account } = turn.state
  if (!account) return
  if (link.phase === 'off') start(turn)
  if (link.phase === 'waiting') return turn.now >= link.retryAt ? connect(turn) : wake(turn, link.retryAt)
  if (link.phase === 'storing' && isStored(turn, sessionKey)) return open(turn)
  if (link.phase === 'up') return advancePing(turn)
  if (link.phase === 'storing') return
  if (link.phase === 'proving') return advanceProving(turn, account)
  if (turn.now >= link.dueAt) broke(turn)
  else wake(turn, link.dueAt)
}

function start(turn: Turn): void {
  const { link } = turn.state
  Object.assign(link, { phase: 'waiting', failed: false, tries: 0, fails: 0, trials: 0, retryAt: turn.now })
  turn.state.header = { ...newHeader(turn.now), shown: turn.state.header.shown }
}

function connect(turn: Turn): void {
  const { link, account } = turn.state
  if (!account) return
  if (tokenHolds(turn, account)) return open(turn)
  const { refreshToken } = account.session
  link.phase = 'refreshing'
  link.dueAt = turn.now + limits.requestTimeoutMs
  link.refreshCall = post(turn, 'accounts.refresh', { refreshToken }, undefined, { is: 'refresh' })
  wake(turn, link.dueAt)
}

/** The access token is worth sending, as far as is known here. */
export function tokenHolds({ state, now }: Turn, account: Account): boolean {
  const { accessToken } = account.session
  return accessToken !== '' && !state.link.renew && now < account.tokenUntil - TOKEN_SPARE_MS
}

function open(turn: Turn): void {
  const { link, poll } = turn.state
  if (poll.phase === 'renewing') poll.phase = 'up'
  poll.probeAt = turn.now
  link.phase = 'opening'
  link.openedAt = turn.now
  link.dueAt = turn.now + limits.requestTimeoutMs
  turn.effects.push({ do: 'open', socket: ++link.socket })
  wake(turn, link.dueAt)
}

/**
 * The answer to a refresh. New tokens are stored before they are used: the old ones hold until then (A5). No answer
 * keeps the phone signed in (A8). `ended`: the session is over.
 */
export function refreshed(turn: Turn, call: number, answer: HttpAnswer): 'ended' | undefined {
  const { link, account } = turn.state
  if (link.phase !== 'refreshing' || link.refreshCall !== call || !account) return undefined
  if (!answer.ok) {
    if (answer.error.code === 'sessionEnded') return 'ended'
    lose(turn, answer.error)
    return undefined
  }
  if (!isSession(answer.value)) {
    lose(turn)
    return undefined
  }
  account.session = answer.value
  account.tokenUntil = tokenUntil(turn, answer.value)
  link.renew = false
  link.phase = 'storing'
  storeNow(turn, sessionKey)
  return undefined
}

/** The socket is open: say who this is (W2). */
export function greet(turn: Turn): void {
  const { link, account } = turn.state
  if (link.phase !== 'opening' || !account) return
  link.phase = 'greeting'
  const token = account.session.accessToken
  const frame: Up = { t: 'hello', v: PROTOCOL_VERSION, token, features: [] }
  turn.effects.push({ do: 'send', socket: link.socket, frame })
}

/** Beside a poll that works the socket has to prove itself first: networks that cut it do so at once, or silently. */
export function welcomed(turn: Turn, account: Account): void {
  const { link, poll } = turn.state
  if (link.phase !== 'greeting') return
  link.welcomeAt = turn.now
  if (poll.phase === 'off' || poll.phase === 'probing') return comeUp(turn, account)
  link.phase = 'proving'
  link.pingAt = turn.now + PROVE_MS
  link.dueAt = link.pingAt + limits.pongWithinMs
}

function advanceProving(turn: Turn, account: Account): void {
  const { link, poll } = turn.state
  if (poll.phase === 'off') return comeUp(turn, account)
  if (turn.now >= link.dueAt) return broke(turn)
  if (turn.now >= link.pingAt) ping(turn)
  wake(turn, Math.min(link.pingAt, link.dueAt))
}

/** A socket that answers a ping takes over from the poll (W10). */
export function proven(turn: Turn, account: Account): void {
  if (turn.state.link.phase === 'proving') comeUp(turn, account)
}

/** The socket carries everything from now on: what was missed is asked for (Y8). */
function comeUp(turn: Turn, account: Account): void {
  const { link, poll } = turn.state
  poll.phase = 'off'
  Object.assign(link, { phase: 'up', failed: false, trials: 0 })
  link.pingAt = turn.now + limits.pingEveryMs
  link.pongBy = undefined
  beginCatchUp(turn, account)
  refreshProfiles(account)
}

function advancePing(turn: Turn): void {
  const { link } = turn.state
  if (link.pongBy !== undefined && turn.now >= link.pongBy) return broke(turn)
  if (turn.now >= link.pingAt) ping(turn)
  wake(turn, link.pongBy === undefined ? link.pingAt : Math.min(link.pingAt, link.pongBy))
}
function ping(turn: Turn): void {
  const { link } = turn.state
  link.pingAt = turn.now + limits.pingEveryMs
  link.pongBy ??= turn.now + limits.pongWithinMs
  turn.effects.push({ do: 'send', socket: link.socket, frame: { t: 'ping' } })
}

/** The socket broke, fell silent or would not open: a network that does this again and again lets none through (W10). */
export function broke(turn: Turn): void {
  const { link, online } = turn.state
  if (hasSocket(turn) && online) {
    const wasGood = link.phase === 'up' && link.heardAt - link.welcomeAt >= GOOD_MS
    link.fails = wasGood ? 0 : link.fails + 1
  }
  lose(turn)
}

/** Gives the socket up, also a socket that is not open yet, and comes back after a wait (W11). */
export function lose(turn: Turn, failure?: Failure): void {
  const { link, poll } = turn.state
  if (link.phase === 'off' || link.phase === 'waiting') return
  const wasUp = link.phase === 'up'
  // A token that cannot be had is no token: there is no other carrier either.
  if (link.phase === 'refreshing') poll.phase = 'off'
  hangUp(turn)
  link.failed = !wasUp
  link.phase = 'waiting'
  if (wasUp && link.heardAt - link.welcomeAt >= STEADY_MS) link.tries = 0
  if (poll.phase === 'up') tryLater(turn)
  else comeBack(turn, failure)
}

/** The next attempt; however many carriers there are, they share this one budget of tries. */
export function comeBack(turn: Turn, failure?: Failure): void {
  const { link } = turn.state
  link.retryAt = Math.max(turn.now + jitteredMs(turn, link.tries++, failure), link.notBefore)
  wake(turn, link.retryAt)
}

/** The next socket beside a poll that works. */
export function tryLater(turn: Turn): void {
  const { link } = turn.state
  const stepMs = TRIAL_MS[Math.min(link.trials++, TRIAL_MS.length - 1)] ?? 0
  link.retryAt = Math.max(turn.now + stepMs * (0.5 + turn.unit / 2), link.notBefore)
  wake(turn, link.retryAt)
}

/** One is open, or being opened. */
function hasSocket({ state }: Turn): boolean {
  const { phase } = state.link
  return phase === 'opening' || phase === 'greeting' || phase === 'proving' || phase === 'up'
}

function hangUp(turn: Turn): void {
  const { link } = turn.state
  if (hasSocket(turn)) turn.effects.push({ do: 'close', socket: link.socket++ })
  link.refreshCall = undefined
}

/** Ends the link for good: nobody is signed in, or another page owns the account. */
export function closeLink(turn: Turn): void {
  const { state } = turn
  hangUp(turn)
  Object.assign(state.link, { phase: 'off', renew: false, notBefore: 0 })
  state.poll = newPoll()
  for (const [call, { token }] of state.requests)
    if (token !== undefined) turn.effects.push({ do: 'abort', call })
}

/** The server asks to come back after `afterMs` (W8), or to bring another token. */
export function bye(turn: Turn, code: ErrorCode, afterMs: number): void {
  const { link } = turn.state
  link.notBefore = turn.now + afterMs
  // A socket on which the server says this gets through.
  link.fails = 0
  if (code === 'unauthenticated' || code === 'sessionEnded') return renew(turn)
  lose(turn)
}

/** The access token does not hold: refresh and reopen, the first time at once. */
export function renew(turn: Turn): void {
  const { link } = turn.state
  const atOnce = link.tries === 0
  link.renew = true
  lose(turn)
  if (atOnce) link.retryAt = Math.max(turn.now, link.notBefore)
}

/** The network or the user came back: reconnect now, or make sure that the socket is alive. Waits start from the shortest. */
export function nudge(turn: Turn, networkChanged: boolean): void {
  const { link } = turn.state
  if (networkChanged && hasSocket(turn) && link.phase !== 'up') lose(turn)
  // Of another network nothing is known yet.
  if (networkChanged) link.failed = false
  link.tries = 0
  link.trials = 0
  if (link.phase === 'up') ping(turn)
  if (link.phase === 'waiting') link.retryAt = Math.max(turn.now, link.notBefore)
}
