/**
 * The other carrier, for networks that let no socket live: requests go by REST, and one call at a time waits for news.
 * Rules W10, Y14 of SPEC.md.
 */
import type { Output } from '../../protocol'
import type { Failure } from '../../protocol/errors'
import { limits } from '../../protocol/limits'
import { beginCatchUp, digestCame, digestHeld, headsCame, isCaughtUp, lookAgain } from './catch-up'
import { comeBack, lose, tokenHolds, tryLater } from './link'
import type { SteadyMs } from './ports'
import { refreshProfiles } from './profiles'
import type { Account } from './state'
import { jitteredMs, restRequest, wake, type Turn } from './turn'

/** Sockets that fail in a row before REST is tried. */
const FAILS_MAX = 3
/** Nor does anybody wait longer for a socket that says nothing. A server that everybody comes back to at once is faster. */
const SLOW_MS = 5_000
/** Calls that wait follow each other no faster than this, so that a lively chat does not turn into a storm of calls. */
const WAIT_EVERY_MS = 1_000
/** A token that is refused so soon after it was made is not replaced at once. */
const RENEW_EVERY_MS = 60_000
const STEADY_MS = 60_000

/** Tries REST where sockets fail, and keeps one call waiting while it carries. */
export function advancePoll(turn: Turn, account: Account): void {
  const { link, poll } = turn.state
  if (link.phase === 'up') return
  if (poll.phase === 'off') return probeIfDue(turn, account)
  if (poll.phase !== 'up') return
  if (tokenHolds(turn, account)) advanceWait(turn, account)
  else renewToken(turn)
}

function probeIfDue(turn: Turn, account: Account): void {
  const { poll, online } = turn.state
  const suspectAt = suspectFrom(turn)
  if (suspectAt === undefined || !online || !tokenHolds(turn, account)) return
  const at = Math.max(suspectAt, poll.probeAt)
  if (at === Infinity) return
  if (turn.now < at) return wake(turn, at)
  poll.probeAt = Infinity
  poll.phase = 'probing'
  restRequest(turn, 'sync.heads', {}, { is: 'probe' })
}

/** When it is time to try REST beside this attempt at a socket; undefined: nothing speaks against sockets. */
function suspectFrom(turn: Turn): SteadyMs | undefined {
  const { phase, fails, openedAt } = turn.state.link
  if (phase === 'waiting') return fails >= FAILS_MAX ? turn.now : undefined
  if (phase === 'opening' || phase === 'greeting') return openedAt + SLOW_MS
  return undefined
}

/** REST works: it carries from now on, and what was missed is asked for (Y8). */
export function probeCame(turn: Turn, account: Account, page: Output<'sync.heads'>): void {
  const { link, poll } = turn.state
  Object.assign(poll, { phase: 'up', upSince: turn.now, waitAt: turn.now, waitTries: 0 })
  poll.contradicted = undefined
  link.failed = false
  link.trials = 0
  if (link.phase === 'waiting') tryLater(turn)
  beginCatchUp(turn, account)
  refreshProfiles(account)
  headsCame(turn, account, page)
}

/** An answer failed to come, or the server wants to be left alone: everything starts again, after a wait. */
export function pollDown(turn: Turn, failure?: Failure): void {
  const { link, poll } = turn.state
  const { phase, upSince } = poll
  if (phase === 'off') return
  poll.phase = 'off'
  link.failed = phase === 'probing'
  if (phase !== 'probing') {
    if (turn.now - upSince >= STEADY_MS) link.tries = 0
    // Beside a socket that is still being tried REST gets its next chance by itself, otherwise with the next socket.
    if (link.phase !== 'waiting') poll.probeAt = turn.now + jitteredMs(turn, link.tries++, failure)
  }
  if (link.phase === 'waiting' && (phase !== 'probing' || failure?.data)) {
    poll.probeAt = Infinity
    comeBack(turn, failure)
  }
}

/** REST says that the token does not hold. A server that refuses every token is not stormed. */
export function tokenRefused(turn: Turn, account: Account, token: string): void {
  const { link, poll } = turn.state
  if (token !== account.session.accessToken || link.phase === 'up') return
  link.renew = true
  if (poll.phase === 'renewing') return
  if (poll.phase === 'up' && turn.now - poll.renewedAt >= RENEW_EVERY_MS) renewToken(turn)
  else pollDown(turn)
}

/** Requests rest until there is a new token; a socket that is being tried would greet with the old one. */
function renewToken(turn: Turn): void {
  const { link, poll } = turn.state
  poll.phase = 'renewing'
  poll.renewedAt = turn.now
  link.renew = true
  if (link.phase !== 'refreshing' && link.phase !== 'storing') {
    lose(turn)
    link.retryAt = Math.max(turn.now, link.notBefore)
    wake(turn, link.retryAt)
  }
}

/** One call waits, with the digest of what is held (Y9). Where the server contradicts and heads find nothing, pings' pace. */
function advanceWait(turn: Turn, account: Account): void {
  const { state, now } = turn
  const { poll } = state
  if (!isCaughtUp(account) || waitingCall(turn) !== undefined) return
  const digest = digestHeld(account)
  const everyMs = digest === poll.contradicted ? limits.pingEveryMs : WAIT_EVERY_MS
  const at = Math.max(poll.waitedAt + everyMs, poll.waitAt)
  if (now < at) return wake(turn, at)
  poll.waitedAt = now
  restRequest(turn, 'sync.wait', { digest }, { is: 'wait', digest }, limits.waitMs + limits.pongWithinMs)
}

function waitingCall(turn: Turn): number | undefined {
  for (const [call, { purpose }] of turn.state.requests) if (purpose.is === 'wait') return call
  return undefined
}

/** The answer is what a pong is on a socket. */
export function waitCame(turn: Turn, account: Account, sent: number, digest: number): void {
  const { poll } = turn.state
  poll.waitTries = 0
  poll.contradicted = digest === sent ? undefined : sent
  digestCame(turn, account, digest)
}

/** A server that lets nobody wait, because it is full or knows nothing of it, is asked for heads at the pace of the tries. */
export function waitFailed(turn: Turn, account: Account, failure: Failure): void {
  const { poll } = turn.state
  poll.waitAt = turn.now + jitteredMs(turn, poll.waitTries++, failure)
  if (poll.phase === 'up') lookAgain(turn, account)
}

/** The user or the network came back: whether anybody still hears the call that waits is not known. */
export function checkPoll(turn: Turn): void {
  const { state } = turn
  const call = waitingCall(turn)
  if (state.poll.phase !== 'up' || !state.account || call === undefined) return
  state.requests.delete(call)
  turn.effects.push({ do: 'abort', call })
  lookAgain(turn, state.account)
}
