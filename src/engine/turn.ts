/** One step at work: the state, the moment, and what is to be done. */
import type { Input, OpName } from '../../protocol'
import type { ErrorCode, Failure, Result } from '../../protocol/errors'
import type { ConversationId, StreamId, UserId } from '../../protocol/ids'
import { limits } from '../../protocol/limits'
import type { Effect } from './effects'
import type { Ticket } from './face'
import type { Moment } from './inputs'
import { emptyStream, type Stream } from './mirror/merge'
import type { SteadyMs } from './ports'
import type { Account, HttpPurpose, Purpose, State } from './state'

export interface Turn extends Moment {
  state: State
  effects: Effect[]
  /** Earliest time at which somebody has something to do. */
  wakeAt: SteadyMs | null
}

/** Asks for a step at `at`, or now if that has passed. */
export function wake(turn: Turn, at: SteadyMs): void {
  if (turn.wakeAt === null || at < turn.wakeAt) turn.wakeAt = at
}

export const settle = (turn: Turn, ticket: Ticket | undefined, result: Result<unknown>): void => {
  if (ticket !== undefined) turn.effects.push({ do: 'settle', ticket, result })
}
export const done = (turn: Turn, ticket: Ticket, value: unknown = {}): void =>
  settle(turn, ticket, { ok: true, value })
export const refuse = (turn: Turn, ticket: Ticket | undefined, code: ErrorCode): void =>
  settle(turn, ticket, { ok: false, error: { code } })

/** Sends a request by what is up. Its answer, its loss or its time-out comes back under `purpose`. */
export function request<N extends OpName>(turn: Turn, op: N, input: Input<N>, purpose: Purpose): number {
  const { state } = turn
  if (state.link.phase !== 'up') return restRequest(turn, op, input, purpose)
  const id = ++state.lastCall
  const dueAt = turn.now + limits.requestTimeoutMs
  state.requests.set(id, { purpose, dueAt, token: undefined })
  wake(turn, dueAt)
  turn.effects.push({ do: 'send', socket: state.link.socket, frame: { t: 'req', id, op, in: input } })
  return id
}

/** The same by REST. */
export function restRequest<N extends OpName>(
  turn: Turn,
  op: N,
  input: Input<N>,
  purpose: Purpose,
  timeoutMs: number = limits.requestTimeoutMs,
): number {
  const { state } = turn
  const call = ++state.lastCall
  const dueAt = turn.now + timeoutMs
  const token = state.account?.session.accessToken ?? ''
  state.requests.set(call, { purpose, dueAt, token })
  wake(turn, dueAt)
  turn.effects.push({ do: 'http', call, op, input, token, timeoutMs })
  return call
}

/** Calls an operation over HTTP; the answer comes back under `purpose`. */
export function post<N extends OpName>(
  turn: Turn,
  op: N,
  input: Input<N>,
  token: string | undefined,
  purpose: HttpPurpose,
): number {
  const call = ++turn.state.lastCall
  turn.state.https.set(call, purpose)
  turn.effects.push({ do: 'http', call, op, input, token, timeoutMs: limits.requestTimeoutMs })
  return call
}

/**
 * A wait by a list of steps, the last for all further tries: half of the step, or what the server asks for if that is more,
 * and up to the other half by chance, so that those who were refused together do not come back together (O4).
 */
export function backOffMs(turn: Turn, steps: readonly number[], tries: number, failure?: Failure): number {
  const half = stepMs(steps, tries) / 2
  return Math.max(half, askedMs(failure)) + turn.unit * half
}
const stepMs = (steps: readonly number[], tries: number): number =>
  steps[Math.min(tries, steps.length - 1)] ?? 0
const askedMs = (failure: Failure | undefined): number => {
  const asked = failure?.data?.['retryAfterMs']
  return typeof asked === 'number' ? asked : 0
}

/** A wait with full jitter, so that those who were cut together do not come back together (W11). */
export const jitteredMs = (turn: Turn, tries: number, failure?: Failure): number =>
  askedMs(failure) + turn.unit * stepMs(limits.reconnectMs, tries)

export const meOf = (account: Account): UserId => account.session.userId
/** Requests can be made, by socket or by REST. */
export const isUp = ({ link, poll }: State): boolean => link.phase === 'up' || poll.phase === 'up'

/** Why nobody answers, as far as is known: the device has no network, or it has one and the server is silent. */
export const silence = ({ online }: State): 'offline' | 'timeout' => (online ? 'timeout' : 'offline')

/** The stream as it is held; an unknown conversation is empty and is not kept by this look. */
export const streamOf = (account: Account, id: StreamId): Stream =>
  id === meOf(account) ? account.user : (account.conversations.get(id) ?? emptyStream())

/** Views of this conversation, in the list and in its room, are to be built anew. */
export function touchRoom(turn: Turn, account: Account, id: ConversationId): void {
  const { stamps } = account
  stamps.rooms.set(id, (stamps.rooms.get(id) ?? 0) + 1)
  stamps.staleChats.add(id)
  turn.state.topics.add('chats').add('room')
}
export function touchContacts(turn: Turn, account: Account): void {
  account.stamps.contacts++
  turn.state.topics.add('contacts')
}
