/** The one socket: opening, greeting, pinging, and coming back. Rules W2, W3, W6, W8, A8 of SPEC.md. */
import { limits } from '../../protocol/limits'
import { PROTOCOL_VERSION } from '../../protocol/version'
import type { Up } from '../../protocol/wire'
import type { ErrorCode, Failure } from '../../protocol/errors'
import { isStored, storeNow } from './disk'
import type { HttpAnswer } from './ports'
import { isSession } from './shapes'
import { sessionKey } from './stored'
import { backOffMs, post, touchRoom, wake, type Turn } from './turn'
import { conversationOf } from './acts'

/** A token that ends within this is not worth a hello. */
const TOKEN_SPARE_MS = 5_000

/** Does whatever is due on the link. */
export function advanceLink(turn: Turn): void {
  const { link, account } = turn.state
  if (!account) return
  if (link.phase === 'off') start(turn)
  if (link.phase === 'waiting') return turn.now >= link.retryAt ? connect(turn) : wake(turn, link.retryAt)
  if (link.phase === 'storing' && isStored(turn, sessionKey)) return open(turn)
  if (link.phase === 'up') return advancePing(turn)
  if (link.phase === 'storing') return
  if (turn.now >= link.dueAt) lose(turn)
  else wake(turn, link.dueAt)
}

function start(turn: Turn): void {
  const { link } = turn.state
  link.phase = 'waiting'
  link.downSince = turn.now
  link.failed = false
  link.tries = 0
  link.retryAt = turn.now
}

function connect(turn: Turn): void {
  const { link, account } = turn.state
  if (!account) return
  const { accessToken, accessExpiresAt, refreshToken } = account.session
  if (accessToken !== '' && !link.renew && turn.now < accessExpiresAt - TOKEN_SPARE_MS) return open(turn)
  link.phase = 'refreshing'
  link.dueAt = turn.now + limits.requestTimeoutMs
  link.refreshCall = post(turn, 'accounts.refresh', { refreshToken }, undefined, { is: 'refresh' })
  wake(turn, link.dueAt)
}

function open(turn: Turn): void {
  const { link } = turn.state
  link.phase = 'opening'
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

export function welcomed(turn: Turn): void {
  const { link } = turn.state
  link.phase = 'up'
  link.tries = 0
  link.failed = false
  link.pingAt = turn.now + limits.pingEveryMs
  link.pongBy = undefined
  touchPending(turn)
}

function advancePing(turn: Turn): void {
  const { link } = turn.state
  if (link.pongBy !== undefined && turn.now >= link.pongBy) return lose(turn)
  if (turn.now >= link.pingAt) ping(turn)
  wake(turn, link.pongBy === undefined ? link.pingAt : Math.min(link.pingAt, link.pongBy))
}
function ping(turn: Turn): void {
  const { link } = turn.state
  link.pingAt = turn.now + limits.pingEveryMs
  link.pongBy ??= turn.now + limits.pongWithinMs
  turn.effects.push({ do: 'send', socket: link.socket, frame: { t: 'ping' } })
}

/** Gives the socket up, also a socket that is not open yet, and comes back after a back-off with jitter. */
export function lose(turn: Turn, failure?: Failure): void {
  const { link } = turn.state
  if (link.phase === 'off' || link.phase === 'waiting') return
  const wasUp = link.phase === 'up'
  hangUp(turn)
  if (wasUp) link.downSince = turn.now
  link.failed = !wasUp
  const base = backOffMs(limits.reconnectMs, link.tries++, failure)
  link.phase = 'waiting'
  link.retryAt = Math.max(turn.now + base * (0.5 + turn.unit / 2), link.notBefore)
  wake(turn, link.retryAt)
  if (wasUp) touchPending(turn)
}

function hangUp(turn: Turn): void {
  const { link } = turn.state
  if (link.phase === 'opening' || link.phase === 'greeting' || link.phase === 'up')
    turn.effects.push({ do: 'close', socket: link.socket++ })
  link.refreshCall = undefined
}

/** Ends the link for good: nobody is signed in, or another page owns the account. */
export function closeLink(turn: Turn): void {
  hangUp(turn)
  Object.assign(turn.state.link, { phase: 'off', renew: false, notBefore: 0 })
}

/** The server asks to come back after `afterMs` (W8), or to bring another token. */
export function bye(turn: Turn, code: ErrorCode, afterMs: number): void {
  const { link } = turn.state
  link.notBefore = turn.now + afterMs
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

/** The network or the user came back: reconnect now, or make sure that the socket is alive. */
export function nudge(turn: Turn, networkChanged: boolean): void {
  const { link } = turn.state
  if (link.phase === 'up') return ping(turn)
  if (networkChanged && (link.phase === 'opening' || link.phase === 'greeting')) lose(turn)
  link.tries = 0
  if (link.phase === 'waiting') link.retryAt = Math.max(turn.now, link.notBefore)
}

/** Acts that wait show it differently with and without a link. */
function touchPending(turn: Turn): void {
  const { account } = turn.state
  if (!account) return
  for (const act of account.acts.values()) {
    const id = conversationOf(act)
    if (id !== undefined) touchRoom(turn, account, id)
  }
}
