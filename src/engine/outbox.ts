/** Acts: saved, sent in order, repeated until they are answered. Rules O1 to O8 of SPEC.md. */
import type { Input } from '../../protocol'
import { retryOf, type ErrorCode, type Failure } from '../../protocol/errors'
import type { ClientId, ConversationId, Seq } from '../../protocol/ids'
import { limits } from '../../protocol/limits'
import { actIs, conversationOf, staysFailed, type ActInput, type ActOp } from './acts'
import { isStored, storeNow, storeSoon } from './disk'
import type { Ticket } from './face'
import { awaitLanding, LAND_MS, landActs } from './merged'
import type { Account, Act } from './state'
import { actKey } from './stored'
import { serverNow } from './time'
import {
  backOffMs,
  done,
  isUp,
  meOf,
  refuse,
  request,
  settle,
  touchContacts,
  touchRoom,
  wake,
  type Turn,
} from './turn'

/** By REST no more acts are on their way at once: phones allow few calls side by side (WeChat ten, browsers six). */
const REST_ACTS_MAX = 3

/** Adds an act; it leaves when it is stored (O1). `input` without its clientId. */
export function addAct<N extends ActOp>(
  turn: Turn,
  account: Account,
  op: N,
  input: ActInput<N>,
  clientId: ClientId,
  ticket: Ticket | undefined,
): void {
  if (account.acts.size >= limits.outboxActsMax) return refuse(turn, ticket, 'storageFull')
  const act: Act = {
    clientId,
    op,
    input: op === 'chat.markRead' ? input : { ...input, clientId },
    order: ++account.lastOrder,
    at: serverNow(turn),
    since: turn.now,
    before: undefined,
    failed: undefined,
    left: isUp(turn.state),
    sent: false,
    sentAt: undefined,
    call: undefined,
    tries: 0,
    retryAt: 0,
    output: undefined,
    landBy: undefined,
    ticket,
  }
  account.acts.set(clientId, act)
  store(turn, account, act)
  touchAct(turn, account, act)
}

/** Reading up to `seq` (R1). A mark that has not left yet takes the greater seq (O8). */
export function markRead(
  turn: Turn,
  account: Account,
  conversationId: ConversationId,
  seq: Seq,
  id: ClientId,
): void {
  for (const act of account.acts.values()) {
    if (!actIs(act, 'chat.markRead') || act.input.conversationId !== conversationId) continue
    if (act.sent || act.output !== undefined) continue
    if (act.input.seq < seq) {
      act.input = { conversationId, seq }
      store(turn, account, act)
      touchAct(turn, account, act)
    }
    return
  }
  addAct(turn, account, 'chat.markRead', { conversationId, seq }, id, undefined)
}

/** Sends the first act of each conversation that may leave, and gives up what is too old (O2, O7). */
export function advanceOutbox(turn: Turn, account: Account): void {
  const busy = new Set<ConversationId | undefined>()
  let free = turn.state.link.phase === 'up' ? Infinity : REST_ACTS_MAX - actsUnderWay(account)
  for (const act of account.acts.values()) {
    if (act.output !== undefined) awaitLanding(turn, account, act)
    if (act.failed !== undefined || act.output !== undefined) continue
    const lane = conversationOf(act)
    if (act.call === undefined && turn.now - act.since > limits.outboxAgeMsMax) {
      failAct(turn, account, act, 'tooOld')
      continue
    }
    if (act.call === undefined) wake(turn, act.since + limits.outboxAgeMsMax + 1)
    if (busy.has(lane)) continue
    busy.add(lane)
    if (act.call === undefined && isUp(turn.state) && free > 0 && sendAct(turn, account, act)) free--
  }
}

function actsUnderWay(account: Account): number {
  let count = 0
  for (const act of account.acts.values()) if (act.call !== undefined) count++
  return count
}

/** True: it left. */
function sendAct(turn: Turn, account: Account, act: Act): boolean {
  if (turn.now < act.retryAt) {
    wake(turn, act.retryAt)
    return false
  }
  if (!isStored(turn, keyOf(account, act))) return false
  if (!act.left) {
    // Stored once more before the first send: after a kill nobody could tell whether it had left (O6).
    act.left = true
    store(turn, account, act)
    return false
  }
  act.sent = true
  act.sentAt = serverNow(turn)
  // An act's op and input were taken from one intent.
  act.call = request(turn, act.op, act.input as Input<ActOp>, { is: 'act', clientId: act.clientId })
  touchAct(turn, account, act)
  return true
}

export function actAnswered(turn: Turn, account: Account, clientId: ClientId, output: unknown): void {
  const act = account.acts.get(clientId)
  if (!act) return
  act.call = undefined
  act.output = output
  act.landBy = turn.now + LAND_MS
  if (act.ticket !== undefined) done(turn, act.ticket, output)
  act.ticket = undefined
  touchAct(turn, account, act)
  landActs(turn, account, conversationOf(act) ?? meOf(account))
}

/** A refusal: the catalogue decides what follows (O4). */
export function actRefused(turn: Turn, account: Account, clientId: ClientId, failure: Failure): void {
  const act = account.acts.get(clientId)
  if (!act) return
  act.call = undefined
  const { code } = failure
  if (code === 'unauthenticated' || code === 'sessionEnded') return
  const retry = retryOf(code)
  const isPoison = code === 'internal' && act.tries >= limits.internalTriesMax
  if (retry === 'never' || isPoison) return failAct(turn, account, act, code, failure)
  // `same` goes at once; when that is refused as well, it waits as the others do.
  const atOnce = retry === 'same' && act.tries === 0
  act.retryAt = atOnce ? turn.now : turn.now + backOffMs(turn, limits.outboxRetryMs, act.tries, failure)
  act.tries++
}

/** The link broke or the time ran out: nobody knows what happened, it is sent again with the same clientId (O3). */
export function actLost(account: Account, clientId: ClientId): void {
  const act = account.acts.get(clientId)
  if (act) act.call = undefined
}

function failAct(turn: Turn, account: Account, act: Act, code: ErrorCode, failure: Failure = { code }): void {
  settle(turn, act.ticket, { ok: false, error: failure })
  act.ticket = undefined
  if (!staysFailed(act)) return removeAct(turn, account, act)
  act.failed = code
  store(turn, account, act)
  touchAct(turn, account, act)
}

/** There is no room to store these acts, so they must not be sent (O1); they stay visible while the app runs (O9). */
export function actsUnstored(turn: Turn, account: Account, ids: readonly ClientId[]): void {
  for (const id of ids) {
    const act = account.acts.get(id)
    if (!act || act.failed !== undefined) continue
    refuse(turn, act.ticket, 'storageFull')
    act.ticket = undefined
    if (staysFailed(act)) act.failed = 'storageFull'
    else account.acts.delete(id)
    touchAct(turn, account, act)
  }
}

/** Sends a failed act again, with the same clientId (O6). */
export function resend(turn: Turn, account: Account, clientId: ClientId, ticket: Ticket): void {
  const act = account.acts.get(clientId)
  if (!act) return refuse(turn, ticket, 'notFound')
  if (act.failed === undefined) return refuse(turn, ticket, 'conflict')
  Object.assign(act, { failed: undefined, since: turn.now, before: undefined, tries: 0, retryAt: 0, ticket })
  store(turn, account, act)
  touchAct(turn, account, act)
}

/** Takes back an act that never left, or failed (O6). Any other may have happened: `conflict`. */
export function cancel(turn: Turn, account: Account, clientId: ClientId, ticket: Ticket): void {
  const act = account.acts.get(clientId)
  if (!act) return refuse(turn, ticket, 'notFound')
  if (act.failed === undefined && act.sent) return refuse(turn, ticket, 'conflict')
  refuse(turn, act.ticket, 'cancelled')
  removeAct(turn, account, act)
  storeNow(turn, keyOf(account, act))
  done(turn, ticket)
}

/** Gone from the outbox; its copy goes with the batch that stores the row it became. */
export function removeAct(turn: Turn, account: Account, act: Act): void {
  account.acts.delete(act.clientId)
  storeSoon(turn, keyOf(account, act))
  touchAct(turn, account, act)
}

/** Acts that the server has not answered: signing out would lose them. */
export function pendingActs(account: Account): number {
  let count = 0
  for (const act of account.acts.values()) if (act.output === undefined && act.op !== 'chat.markRead') count++
  return count
}

const keyOf = (account: Account, act: Act): string => actKey(meOf(account), act.clientId)
const store = (turn: Turn, account: Account, act: Act): void => storeNow(turn, keyOf(account, act))

/** Views that show the act are to be built anew. */
export function touchAct(turn: Turn, account: Account, act: Act): void {
  const id = conversationOf(act)
  if (id === undefined) touchContacts(turn, account)
  else touchRoom(turn, account, id)
}
