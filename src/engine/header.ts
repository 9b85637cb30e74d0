/** What the title says of the link. Short blinks show nothing. */
import { limits } from '../../protocol/limits'
import { isCaughtUp } from './catch-up'
import type { LinkView } from './face'
import { touchAct } from './outbox'
import { isUp, wake, type Turn } from './turn'

/** Every stream reached the head it was told of, on a link that is up (Y7). */
export const isCurrent = ({ state }: Pick<Turn, 'state'>): boolean =>
  state.account !== undefined && isUp(state) && isCaughtUp(state.account)

export function advanceHeader(turn: Turn): void {
  const { header, topics } = turn.state
  notice(turn)
  const shown = headerOf(turn)
  if (shown === header.shown) return
  header.shown = shown
  topics.add('link')
}

/** What has changed since the last step. Acts that wait show it differently with and without a link. */
function notice(turn: Turn): void {
  const { account, header } = turn.state
  const up = isUp(turn.state)
  if (up !== header.wasUp) {
    header.wasUp = up
    header.downSince = turn.now
    for (const act of account?.acts.values() ?? []) if (account) touchAct(turn, account, act)
  }
  const current = isCurrent(turn)
  if (current !== (header.staleSince === undefined)) turn.state.topics.add('link')
  if (current) header.staleSince = undefined
  else header.staleSince ??= turn.now
}

function headerOf(turn: Turn): LinkView {
  const { account, link, online, header } = turn.state
  const { shown, downSince, staleSince } = header
  if (!account || staleSince === undefined) return 'live'
  if (isUp(turn.state)) {
    const syncingAt = staleSince + limits.connectingShownAfterMs
    if (shown !== 'live' || turn.now >= syncingAt) return 'syncing'
    wake(turn, syncingAt)
    return shown
  }
  const connectingAt = downSince + limits.connectingShownAfterMs
  const offlineAt = downSince + limits.offlineShownAfterMs
  if (turn.now < connectingAt) {
    wake(turn, connectingAt)
    return shown
  }
  if (turn.now < offlineAt) wake(turn, offlineAt)
  else if (!online) return 'offline'
  else if (link.failed) return 'unreachable'
  return 'connecting'
}
