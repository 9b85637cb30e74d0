/** How old acts are, and when they were made: by the server's time, as soon as it is known. Rules W24, O11 of SPEC.md. */
import { storeNow, storeSoon } from './disk'
import { touchAct } from './outbox'
import type { Account, Act } from './state'
import { actKey, sessionKey } from './stored'
import { freshAnchor, serverNow, timeTold } from './time'
import { meOf, type Turn } from './turn'

/** The server says what time it is there. */
export function serverTold(turn: Turn, told: unknown): void {
  const { account, topics } = turn.state
  const news = timeTold(turn, told)
  if (news) {
    topics.add('link')
    for (const act of account?.acts.values() ?? []) {
      if (!account) continue
      // The counting clock may have stood still while the device slept.
      if (news.is === 'again') act.since -= Math.max(0, news.byMs)
      else reckon(turn, account, act, news)
    }
  }
  if (freshAnchor(turn) && account) storeSoon(turn, sessionKey)
}

/** Acts that come from the store after the server has told the time. Of a guess nothing tells any more what it was worth. */
export function reckonLoaded(turn: Turn, account: Account): void {
  if (!turn.state.time.known) return
  for (const act of account.acts.values()) reckon(turn, account, act, { byMs: 0, same: false })
}

/** `byMs`: the guess of this run was wrong by so much. `same`: guesses of earlier runs were right. */
function reckon(
  turn: Turn,
  account: Account,
  act: Act,
  { byMs, same }: { byMs: number; same: boolean },
): void {
  const { before } = act
  const isSure = before?.sure ?? false
  if (before?.since !== undefined && (isSure || same))
    act.since = Math.min(act.since, before.since - turn.state.time.offsetMs)
  act.before = undefined
  act.at = Math.min(before ? act.at : Math.round(act.at + byMs), serverNow(turn))
  if (!isSure) storeNow(turn, actKey(meOf(account), act.clientId))
  touchAct(turn, account, act)
}
