/** What follows when rows have entered the mirror: acts that have landed go, views are told, profiles are wanted. */
import type { StreamId, UserId } from '../../protocol/ids'
import { limits } from '../../protocol/limits'
import type { StreamRow } from '../../protocol/records'
import { conversationOf, landedOutput } from './acts'
import { isCaughtUp } from './catch-up'
import { storeSoon } from './disk'
import { placeOf, rowsOf } from './mirror/look'
import { trim } from './mirror/merge'
import { removeAct } from './outbox'
import { readPosition } from './read-position'
import type { Account, Act } from './state'
import { profileKey, streamKey } from './stored'
import { done, meOf, streamOf, touchContacts, touchRoom, wake, type Turn } from './turn'

/** Call after every change of a stream. `rows`: what came, or undefined when everything may be new. */
export function streamChanged(
  turn: Turn,
  account: Account,
  id: StreamId,
  rows: Iterable<StreamRow> | undefined,
): void {
  storeSoon(turn, streamKey(meOf(account), id))
  if (id === meOf(account)) userRowsChanged(turn, account, rows ?? account.user.rows.values())
  else conversationChanged(turn, account, id)
  landActs(turn, account, id)
}

function conversationChanged(turn: Turn, account: Account, id: StreamId): void {
  const { room } = turn.state
  if (room?.conversationId === id) noteOpened(turn, account)
  else trim(streamOf(account, id), limits.windowMessages)
  touchRoom(turn, account, id)
}

/** Fixes where reading stood when the room was opened, as soon as that is known. */
export function noteOpened(turn: Turn, account: Account): void {
  const { room } = turn.state
  if (!room || room.openedAtSeq !== undefined) return
  const place = placeOf(streamOf(account, room.conversationId), meOf(account))
  if (place) room.openedAtSeq = readPosition(account, room.conversationId).seq
}

function userRowsChanged(turn: Turn, account: Account, rows: Iterable<StreamRow>): void {
  for (const row of rows) {
    if (row.k === 'profile') turn.state.topics.add('session')
    if (row.k === 'entry') {
      account.directs.set(row.peerId, row.conversationId)
      touchRoom(turn, account, row.conversationId)
      touchContacts(turn, account)
    }
    if (row.k === 'contact' || row.k === 'request') touchContacts(turn, account)
    for (const peer of peersOf(account, row)) {
      touchPeer(turn, account, peer)
      if (!account.profiles.has(peer)) account.wantedProfiles.add(peer)
    }
  }
}

export function peersOf(account: Account, row: StreamRow): UserId[] {
  if (row.k === 'entry') return [row.peerId]
  if (row.k === 'contact') return [row.userId]
  if (row.k === 'request') return [row.fromId === meOf(account) ? row.toId : row.fromId]
  return []
}

/** What is shown of a peer, or whether one may speak with him, has changed. */
export function touchPeer(turn: Turn, account: Account, peer: UserId): void {
  const direct = account.directs.get(peer)
  if (direct !== undefined) touchRoom(turn, account, direct)
}

/** A stream is held no more: the server does not know it, or it is not open to this user. */
export function dropStream(turn: Turn, account: Account, id: StreamId): void {
  account.conversations.delete(id)
  storeSoon(turn, streamKey(meOf(account), id))
  touchRoom(turn, account, id)
}

/** Acts whose effect is in the mirror leave the outbox in the same step (O5). */
export function landActs(turn: Turn, account: Account, id: StreamId): void {
  const user = meOf(account)
  for (const act of account.acts.values()) {
    if ((conversationOf(act) ?? user) !== id) continue
    const output = landedOutput(account, act)
    if (output === undefined) continue
    if (act.ticket !== undefined) done(turn, act.ticket, output)
    removeAct(turn, account, act)
  }
}

/** The row of an act comes with its answer, or soon after. */
export const LAND_MS = 2_000

/** Its row should be here: it has changed again before it came, or a frame is missing. The digest of a ping tells (Y9). */
export function awaitLanding(turn: Turn, account: Account, act: Act): void {
  const { link } = turn.state
  if (act.landBy === undefined || link.phase !== 'up' || !isCaughtUp(account)) return
  if (turn.now >= act.landBy) {
    // Again after a while: that pong may come while something is being fetched, when it tells nothing.
    act.landBy = turn.now + LAND_MS
    link.pingAt = turn.now
    wake(turn, turn.now)
  }
  wake(turn, act.landBy)
}

/** The phone holds what the server holds: every answered act has landed, whatever it did. */
export function landAnswered(turn: Turn, account: Account): void {
  for (const act of account.acts.values()) if (act.output !== undefined) removeAct(turn, account, act)
}

/** Everything that was loaded from the store or dropped from it counts as changed. */
export function allChanged(turn: Turn, account: Account): void {
  userRowsChanged(turn, account, account.user.rows.values())
  for (const id of account.conversations.keys()) touchRoom(turn, account, id)
  for (const entry of rowsOf(account.user, 'entry')) touchRoom(turn, account, entry.conversationId)
  touchContacts(turn, account)
  turn.state.topics.add('session')
}

export const storeProfile = (turn: Turn, account: Account, id: UserId): void =>
  storeSoon(turn, profileKey(meOf(account), id))
