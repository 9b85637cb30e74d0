/** What comes of a request: its answer, a refusal, no answer in time, or a link that broke. */
import type { Output } from '../../protocol'
import type { Failure, Result } from '../../protocol/errors'
import type { ClientId } from '../../protocol/ids'
import { conversationOf } from './acts'
import { headsCame, headsFailed, pullCame, pullFailed, pullStream } from './catch-up'
import { broke, renew } from './link'
import { actAnswered, actLost, actRefused } from './outbox'
import { pollDown, probeCame, tokenRefused, waitCame, waitFailed } from './poll'
import type { HttpAnswer } from './ports'
import { profilesCame, profilesFailed } from './profiles'
import { olderCame, olderFailed, readAgain, readCame } from './reads'
import { fitsPurpose } from './shapes'
import type { Account, Purpose, Request, State } from './state'
import { meOf, settle, wake, type Turn } from './turn'

export function answered(turn: Turn, account: Account, id: number, result: Result<unknown>): void {
  const { requests } = turn.state
  const request = requests.get(id)
  if (!request) return
  requests.delete(id)
  const { purpose } = request
  if (!result.ok) failed(turn, account, request, result.error)
  else if (fitsPurpose(purpose, result.value)) came(turn, account, purpose, result.value)
  else failed(turn, account, request, { code: 'internal' })
}

/**
 * The same by REST, where something between here and the server may answer in its stead. What a REST write did is fetched
 * at once: no frame will tell.
 */
export function restAnswered(turn: Turn, account: Account, call: number, answer: HttpAnswer): void {
  const { requests, poll } = turn.state
  const request = requests.get(call)
  if (!request) return
  const { purpose } = request
  const fits = !answer.ok || fitsPurpose(purpose, answer.value)
  const result: Result<unknown> = fits ? answer : { ok: false, error: { code: 'unavailable' } }
  if (!result.ok && isSilence(purpose, result.error)) {
    requests.delete(call)
    return unanswered(turn, account, request, result.error)
  }
  answered(turn, account, call, result)
  if (purpose.is === 'act' && poll.phase === 'up') pullActed(account, purpose.clientId)
}

/** Nobody of ours has spoken. Of its own requests the engine also knows that they can always be served. */
function isSilence({ is }: Purpose, { code }: Failure): boolean {
  if (code === 'offline' || code === 'timeout') return true
  return code === 'unavailable' && is !== 'act' && is !== 'read' && is !== 'older'
}

/** REST does not carry any more. An act waits for its own next try, so that one that never passes cannot tear it down again and again. */
function unanswered(turn: Turn, account: Account, { purpose }: Request, failure: Failure): void {
  pollDown(turn)
  if (purpose.is === 'act') actRefused(turn, account, purpose.clientId, failure)
  else lost(turn, account, purpose)
}

function pullActed(account: Account, clientId: ClientId): void {
  const act = account.acts.get(clientId)
  if (act?.output !== undefined) pullStream(account, conversationOf(act) ?? meOf(account))
}

/** The server answers an operation with its output: the types of the protocol say which. */
function came(turn: Turn, account: Account, purpose: Purpose, out: unknown): void {
  switch (purpose.is) {
    case 'heads':
      return headsCame(turn, account, out as Output<'sync.heads'>)
    case 'probe':
      return probeCame(turn, account, out as Output<'sync.heads'>)
    case 'wait':
      return waitCame(turn, account, purpose.digest, (out as Output<'sync.wait'>).digest)
    case 'pull':
      return pullCame(turn, account, purpose.stream, out as Output<'sync.pull'>)
    case 'profiles':
      return profilesCame(turn, account, out as Output<'accounts.getProfiles'>)
    case 'older':
      return olderCame(turn, account, purpose, out as Output<'chat.listMessages'>)
    case 'act':
      return actAnswered(turn, account, purpose.clientId, out)
    case 'read':
      return readCame(turn, account, purpose.read, out)
  }
}

function failed(turn: Turn, account: Account, { purpose, token }: Request, failure: Failure): void {
  const tokenFailed = failure.code === 'unauthenticated' || failure.code === 'sessionEnded'
  if (tokenFailed) {
    if (token === undefined) renew(turn)
    else tokenRefused(turn, account, token)
  }
  switch (purpose.is) {
    case 'heads':
      return headsFailed(turn, account, failure)
    case 'probe':
      return pollDown(turn, failure)
    case 'wait':
      return waitFailed(turn, account, failure)
    case 'pull':
      return pullFailed(turn, account, purpose.stream, failure)
    case 'profiles':
      return profilesFailed(turn, account, purpose.ids, failure)
    case 'older':
      return olderFailed(turn, account, purpose, failure)
    case 'act':
      return actRefused(turn, account, purpose.clientId, failure)
    case 'read':
      if (tokenFailed) return void turn.state.reads.push(purpose.read)
      if (failure.code === 'draining') return readAgain(turn, purpose.read)
      return settle(turn, purpose.read.ticket, { ok: false, error: failure })
  }
}

/** Requests whose carrier is gone, and those beyond their time: for the engine's own the carrier is to blame. */
export function advanceRequests(turn: Turn, account: Account): void {
  const { requests } = turn.state
  for (const [id, request] of requests) {
    const { purpose, token, dueAt } = request
    const gone = isGone(turn.state, request)
    if (!gone && turn.now < dueAt) {
      wake(turn, dueAt)
      continue
    }
    requests.delete(id)
    if (token !== undefined) turn.effects.push({ do: 'abort', call: id })
    if (gone) lost(turn, account, purpose)
    else if (token !== undefined) unanswered(turn, account, request, { code: 'timeout' })
    else {
      failed(turn, account, request, { code: 'timeout' })
      if (purpose.is === 'heads' || purpose.is === 'pull') broke(turn)
    }
  }
}

/**
 * Nobody will answer it any more (W4), or nobody cares. What a user asked for by REST is still answered when a socket has
 * taken over.
 */
function isGone({ link, poll }: State, { purpose, token }: Request): boolean {
  if (token === undefined) return link.phase !== 'up'
  const isPolling = poll.phase === 'up' || poll.phase === 'renewing'
  if (purpose.is === 'probe') return poll.phase !== 'probing'
  if (purpose.is === 'act' || purpose.is === 'read' || purpose.is === 'older')
    return !isPolling && link.phase !== 'up'
  return !isPolling
}

function lost(turn: Turn, account: Account, purpose: Purpose): void {
  if (purpose.is === 'act') actLost(account, purpose.clientId)
  if (purpose.is === 'read') turn.state.reads.push(purpose.read)
  if (purpose.is === 'older') olderFailed(turn, account, purpose, { code: 'offline' })
}
