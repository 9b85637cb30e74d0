/**
 * What time it is. Durations are counted by a clock that only goes forward (`turn.now`); dates and times of day are the
 * server's; the device's own clock only bridges the time in which the app did not run. Rules W23 to W25 of SPEC.md.
 */
import type { TimeMs } from '../../protocol/ids'
import type { SteadyMs } from './ports'
import type { Session, State } from './state'

/** What was known last: the server's time, and what the device's clock said then. */
export interface Anchor {
  server: TimeMs
  wall: TimeMs
}
export interface Time {
  /** The server's time less the clock that only goes forward. */
  offsetMs: number
  /** The server told it in this run; before that it is a guess by the device's clock. */
  known: boolean
  /** The guess has something to go by: an anchor, behind which the device's clock has not fallen. */
  fair: boolean
  anchor: Anchor | undefined
  /** The device's clock less the clock that only goes forward, and when it was last seen to leap. */
  driftMs: number | undefined
  leaptAt: SteadyMs
}
export const newTime = (): Time => ({
  offsetMs: 0,
  known: false,
  fair: false,
  anchor: undefined,
  driftMs: undefined,
  leaptAt: -Infinity,
})

type Now = { state: State; now: SteadyMs; wall: TimeMs }

/** An answer may lie this long on its way: what tells so much less than what is known is no news. */
const LAG_MS = 30_000
/** Two sightings of the device's clock that differ by less against the server are of one clock that was not set. */
const SAME_MS = 3600_000
/** The anchor is worth storing again when the device's clock was set by this much, and now and then. */
const SET_MS = 2_000
const ANCHOR_EVERY_MS = 600_000
/** The device's clock went on by so much more than time did: the device slept, or the clock was set. */
const LEAP_MS = 5_000
const LEAP_EVERY_MS = 60_000
/** A token that came without a word how long it holds, and the least and most that is believed. */
const LIFE_MS = 600_000
const LIFE_MS_MIN = 60_000
const LIFE_MS_MAX = 24 * 3600_000

const isTime = (value: unknown): value is TimeMs => Number.isSafeInteger(value) && (value as number) > 0

/** The server's time now, as far as it is known. */
export const serverNow = ({ state, now }: Pick<Now, 'state' | 'now'>): TimeMs =>
  Math.round(now + state.time.offsetMs)

/** A run begins, perhaps with what an earlier one knew. What the server has told in this run is better. */
export function guessTime({ state, now, wall }: Now, anchor?: Anchor): void {
  const { time } = state
  if (time.known) return
  time.anchor = anchor
  time.fair = anchor !== undefined && wall >= anchor.wall
  const guess = anchor ? Math.max(wall + anchor.server - anchor.wall, anchor.server) : wall
  time.offsetMs = guess - now
}

/**
 * The server says what time it is there. What comes late says less: the greatest is the nearest, unless it is far off.
 * `first`: nothing was known in this run, and what was guessed was wrong by `byMs`; `same`: the device's clock is as far off
 * as it was in an earlier run. `again`: a known time turned out to be wrong by `byMs`.
 */
export function timeTold(
  { state, now, wall }: Now,
  told: unknown,
): { is: 'first'; byMs: number; same: boolean } | { is: 'again'; byMs: number } | undefined {
  if (!isTime(told)) return undefined
  const { time } = state
  const { known, fair, anchor } = time
  const byMs = told - now - time.offsetMs
  if (known && byMs <= 0 && byMs > -LAG_MS) return undefined
  time.offsetMs = told - now
  time.known = true
  if (known) return { is: 'again', byMs }
  const aheadMs = anchor && anchor.server - anchor.wall
  return { is: 'first', byMs, same: fair && Math.abs(told - wall - (aheadMs ?? 0)) < SAME_MS }
}

/** The anchor for the next run, when it is worth storing. */
export function freshAnchor({ state, now, wall }: Now): Anchor | undefined {
  const { time } = state
  if (!time.known) return undefined
  const server = serverNow({ state, now })
  const { anchor } = time
  const setMs = anchor ? Math.abs(server - wall - (anchor.server - anchor.wall)) : Infinity
  if (anchor && setMs < SET_MS && server - anchor.server < ANCHOR_EVERY_MS) return undefined
  return (time.anchor = { server, wall: Math.round(wall) })
}

/** The device's clock went forward by more than time did, at most once a minute: whether the line lives is not known (W23). */
export function hasLeapt({ state, now, wall }: Now): boolean {
  const { time } = state
  const driftMs = wall - now
  const byMs = driftMs - (time.driftMs ?? driftMs)
  time.driftMs = driftMs
  if (!(byMs > LEAP_MS) || now - time.leaptAt < LEAP_EVERY_MS) return false
  time.leaptAt = now
  return true
}

/** Until when a token holds that has just come (W25). */
export function tokenUntil({ state, now }: Now, { accessForMs, accessExpiresAt }: Session): SteadyMs {
  const stated: unknown = accessForMs
  const left = state.time.known ? accessExpiresAt - serverNow({ state, now }) : LIFE_MS
  const life = typeof stated === 'number' && Number.isFinite(stated) ? stated : left
  return now + Math.min(Math.max(life, LIFE_MS_MIN), LIFE_MS_MAX)
}

/** The same of one from the store, of whose age only a guess tells: no longer than it could hold. */
export function storedTokenUntil(turn: Now, session: Session): SteadyMs {
  const left = session.accessExpiresAt - serverNow(turn)
  return Math.min(turn.now + left, tokenUntil(turn, session))
}
