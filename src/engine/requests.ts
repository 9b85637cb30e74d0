/** What comes of a request: its answer, a refusal, no answer in time, or a link that broke. */
import type { Output } from '../../protocol'
import type { Failure, Result } from '../../protocol/errors'
import { headsCame, headsFailed, pullCame, pullFailed } from './catch-up'
import { lose, renew } from './link'
import { actAnswered, actLost, actRefused } from './outbox'
import { profilesCame, profilesFailed } from './profiles'
import { olderCame, olderFailed } from './reads'
import { fitsPurpose } from './shapes'
import type { Account, Purpose } from './state'
import { isUp, settle, wake, type Turn } from './turn'

export function answered(turn: Turn, account: Account, id: number, result: Result<unknown>): void {
  const { requests } = turn.state
  const request = requests.get(id)
  if (!request) return
  requests.delete(id)
  const { purpose } = request
  if (!result.ok) failed(turn, account, purpose, result.error)
  else if (fitsPurpose(purpose, result.value)) came(turn, account, purpose, result.value)
  else failed(turn, account, purpose, { code: 'internal' })
}

/** The server answers an operation with its output: the types of the protocol say which. */
function came(turn: Turn, account: Account, purpose: Purpose, out: unknown): void {
  switch (purpose.is) {
    case 'heads':
      return headsCame(turn, account, out as Output<'sync.heads'>)
    case 'pull':
      return pullCame(turn, account, purpose.stream, out as Output<'sync.pull'>)
    case 'profiles':
      return profilesCame(turn, account, out as Output<'accounts.getProfiles'>)
    case 'older':
      return olderCame(turn, account, purpose, out as Output<'chat.listMessages'>)
    case 'act':
      return actAnswered(turn, account, purpose.clientId, out)
    case 'read':
      return settle(turn, purpose.read.ticket, { ok: true, value: out })
  }
}

function failed(turn: Turn, account: Account, purpose: Purpose, failure: Failure): void {
  const tokenFailed = failure.code === 'unauthenticated' || failure.code === 'sessionEnded'
  if (tokenFailed) renew(turn)
  switch (purpose.is) {
    case 'heads':
      return headsFailed(turn, account, failure)
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
      return settle(turn, purpose.read.ticket, { ok: false, error: failure })
  }
}

/** Requests beyond their time. For the engine's own the link is to blame, and is given up. */
export function advanceRequests(turn: Turn, account: Account): void {
  const { requests } = turn.state
  if (!isUp(turn.state)) return loseRequests(turn, account)
  for (const [id, { purpose, dueAt }] of requests) {
    if (turn.now < dueAt) {
      wake(turn, dueAt)
      continue
    }
    requests.delete(id)
    failed(turn, account, purpose, { code: 'timeout' })
    if (purpose.is === 'heads' || purpose.is === 'pull') lose(turn)
  }
}

/** The link is down: nobody will answer on it any more (W4). */
function loseRequests(turn: Turn, account: Account): void {
  const { requests, reads } = turn.state
  for (const { purpose } of requests.values()) {
    if (purpose.is === 'act') actLost(account, purpose.clientId)
    if (purpose.is === 'read') reads.push(purpose.read)
    if (purpose.is === 'older') olderFailed(turn, account, purpose, { code: 'offline' })
  }
  requests.clear()
}
