/**
 * What the engine itself must be able to rely on in what a server sends. No schema library here: just enough that no
 * frame, however odd, makes a step throw. Kinds of rows that this version does not know pass and are left alone.
 */
import type { EventData } from '../../protocol'
import type { Failure } from '../../protocol/errors'
import type { Profile } from '../../protocol/records'
import { limits } from '../../protocol/limits'
import type { Purpose, SealedChallenge, Session } from './state'

type Fields = Record<string, unknown>
export const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
const isListOf = (value: unknown, fits: (item: Fields) => boolean): boolean =>
  Array.isArray(value) && value.every((item) => isObject(item) && fits(item))

const isRow = (row: Fields): boolean =>
  typeof row.k === 'string' && isCount(row.v) && (row.k !== 'message' || isMessage(row))
const isMessage = (row: Fields): boolean => isCount(row.seq) && isObject(row.body)
const isRange = (value: Fields): boolean =>
  isCount(value.stream) && isCount(value.from) && isCount(value.to) && isListOf(value.rows, isRow)

export const isChanged = (data: unknown): data is EventData<'sync.changed'> => isObject(data) && isRange(data)
export const isEnded = (data: unknown): data is EventData<'session.ended'> =>
  isObject(data) && (data.reason === 'signedOut' || data.reason === 'revoked')

/** The answer to one of the engine's own requests is of the kind it asked for. Answers to acts and reads are handed on. */
export function fitsPurpose({ is }: Purpose, out: unknown): boolean {
  if (is === 'act' || is === 'read') return isObject(out)
  if (!isObject(out)) return false
  if (is === 'wait') return isCount(out.digest)
  if (is === 'heads' || is === 'probe')
    return (
      isListOf(out.heads, (h) => isCount(h.stream) && isCount(h.version)) &&
      (out.cursor === null || typeof out.cursor === 'string')
    )
  if (is === 'pull') return isRange(out) && isCount(out.head)
  if (is === 'older')
    return isListOf(out.rows, (row) => row.k === 'message' && isRow(row)) && typeof out.more === 'boolean'
  return isListOf(out.profiles, isProfile)
}

const isProfile = (profile: Fields): boolean => isCount(profile.id) && isCount(profile.version)
/** Profiles in the answer of a read, whichever it was. */
export function profilesIn(out: unknown): Profile[] {
  const { profile, profiles } = isObject(out) ? out : {}
  const found: unknown[] = Array.isArray(profiles) ? profiles : [profile]
  return found.filter((one): one is Profile => isObject(one) && isProfile(one))
}

/** The refusal a frame carries. */
export const failureIn = (error: unknown): Failure =>
  isObject(error) && typeof error.code === 'string' ? (error as unknown as Failure) : { code: 'internal' }
export const waitIn = (afterMs: unknown): number => (isCount(afterMs) ? afterMs : 0)

/** Tokens. A page that a hotel's network puts in the way also answers 200. */
export const isSession = (value: unknown): value is Session =>
  isObject(value) &&
  isCount(value.userId) &&
  isCount(value.accessExpiresAt) &&
  typeof value.accessToken === 'string' &&
  typeof value.refreshToken === 'string'

/** A challenge that can be worked on. No phone works for ever because something in between said so. */
export const isChallenge = (value: unknown): value is SealedChallenge =>
  isObject(value) &&
  typeof value.challenge === 'string' &&
  typeof value.salt === 'string' &&
  typeof value.signature === 'string' &&
  isCount(value.maxNumber) &&
  value.maxNumber <= limits.challengeNumberMax

/** The device token in the answer to a sign-in; servers of before give none. */
export const deviceTokenIn = (value: unknown): string | undefined =>
  isObject(value) && typeof value.deviceToken === 'string' ? value.deviceToken : undefined
