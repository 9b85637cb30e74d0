/** What the title says of the link. Short blinks show nothing. */
import { limits } from '../../protocol/limits'
import { isCaughtUp } from './catch-up'
import type { LinkView } from './face'
import { wake, type Turn } from './turn'

/** Every stream reached the head it was told of, on a link that is up (Y7). */
export const isCurrent = ({ state }: Pick<Turn, 'state'>): boolean =>
  state.account !== undefined && state.link.phase === 'up' && isCaughtUp(state.account)

export function advanceHeader(turn: Turn): void {
  const shown = headerOf(turn)
  if (shown === turn.state.shown) return
  turn.state.shown = shown
  turn.state.topics.add('link')
}

function headerOf(turn: Turn): LinkView {
  const { account, link, online, shown } = turn.state
  if (!account) return 'live'
  if (link.phase === 'up') return isCurrent(turn) ? 'live' : 'syncing'
  const connectingAt = link.downSince + limits.connectingShownAfterMs
  const offlineAt = link.downSince + limits.offlineShownAfterMs
  if (turn.now < connectingAt) {
    wake(turn, connectingAt)
    return shown
  }
  if (turn.now < offlineAt) wake(turn, offlineAt)
  else if (!online || link.failed) return 'offline'
  return 'connecting'
}
