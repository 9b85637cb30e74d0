/** Other people's profiles: in no stream, fetched by id and version, in batches (Y13). */
import type { Output } from '../../protocol'
import type { Failure } from '../../protocol/errors'
import type { UserId } from '../../protocol/ids'
import { limits } from '../../protocol/limits'
import { peersOf, storeProfile, touchPeer } from './merged'
import type { Account } from './state'
import { isUp, jitteredMs, request, touchContacts, wake, type Turn } from './turn'

/** Profiles that were refused are asked for after a wait of this step. */
const RETRY_STEP = 3

/** A new connection: everybody who is shown is asked for anew. */
export function refreshProfiles(account: Account): void {
  account.askedProfiles.clear()
  for (const row of account.user.rows.values())
    for (const peer of peersOf(account, row)) account.wantedProfiles.add(peer)
}

/** Sends the next batch; one is on its way at a time. Nobody is asked for twice on one connection. */
export function advanceProfiles(turn: Turn, account: Account): void {
  const { wantedProfiles: wanted, askedProfiles: asked } = account
  if (!isUp(turn.state) || wanted.size === 0) return
  if (turn.now < account.profilesRetryAt) return wake(turn, account.profilesRetryAt)
  for (const { purpose } of turn.state.requests.values()) if (purpose.is === 'profiles') return
  const ids: UserId[] = []
  for (const id of wanted) {
    if (ids.length === limits.profilesPerCallMax) break
    wanted.delete(id)
    if (!asked.has(id)) ids.push(id)
    asked.add(id)
  }
  if (ids.length === 0) return
  const profiles = ids.map((id) => ({ id, have: account.profiles.get(id)?.version ?? 0 }))
  request(turn, 'accounts.getProfiles', { profiles }, { is: 'profiles', ids })
}

export function profilesCame(turn: Turn, account: Account, page: Output<'accounts.getProfiles'>): void {
  for (const profile of page.profiles) {
    account.profiles.set(profile.id, profile)
    storeProfile(turn, account, profile.id)
    touchPeer(turn, account, profile.id)
  }
  if (page.profiles.length > 0) touchContacts(turn, account)
}

export function profilesFailed(turn: Turn, account: Account, ids: readonly UserId[], failure: Failure): void {
  for (const id of ids) {
    account.askedProfiles.delete(id)
    account.wantedProfiles.add(id)
  }
  account.profilesRetryAt = turn.now + jitteredMs(turn, RETRY_STEP, failure)
}
