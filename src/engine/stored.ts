/**
 * What lies under which key of the store, as text. Reading trusts nothing: what cannot be read, or was written by
 * another version of the format, is undefined, is dropped, and is fetched again.
 */
import type { ClientId, ConversationId, StreamId, UserId } from '../../protocol/ids'
import { limits } from '../../protocol/limits'
import type { MessageRow, Profile } from '../../protocol/records'
import { firstFrom, mergeRows, type FieldRow, type Stream } from './mirror/merge'
import type { SteadyMs } from './ports'
import { isSession } from './shapes'
import type { Act, Before, DeviceToken, Session, State } from './state'
import type { Anchor, Time } from './time'

/** Raised when a stored shape changes; older entries are then dropped. */
const FORMAT = 1

export const sessionKey = 'session'
export const registerKey = 'register'
/** Tokens of sessions that are to be ended; of no account. */
export const leavingKey = 'leaving'
/** Tokens by which the server knows this device; of accounts that were signed in here (A16). */
export const devicesKey = 'devices'
export const actKey = (user: UserId, id: ClientId): string => `act/${user}/${id}`
export const draftKey = (user: UserId, id: ConversationId): string => `draft/${user}/${id}`
export const streamKey = (user: UserId, id: StreamId): string => `mirror/${user}/${id}`
export const profileKey = (user: UserId, id: UserId): string => `profile/${user}/${id}`

/** May be dropped at any time: the server has it. */
export const isMirrorKey = (key: string): boolean => key.startsWith('mirror/') || key.startsWith('profile/')
/** Exists on this phone only; outlives the session (A8). */
export const isOwnKey = (key: string): boolean => key.startsWith('act/') || key.startsWith('draft/')

export interface KeyParts {
  kind: string
  user: UserId
  id: string
}
export function partsOf(key: string): KeyParts {
  const [kind = '', user = '', id = ''] = key.split('/')
  return { kind, user: Number(user), id }
}

const write = (value: unknown): string => JSON.stringify({ format: FORMAT, value })

/** The value to store under a key, or undefined: nothing, the key is removed. */
export function valueOf(state: State, key: string): string | undefined {
  const { account } = state
  const { kind, user, id } = partsOf(key)
  if (key === registerKey) return state.registering && write(state.registering)
  if (key === leavingKey) return writeLeaving(state)
  if (key === devicesKey) return state.devices.length > 0 ? write({ devices: state.devices }) : undefined
  if (key === sessionKey) return account && write({ ...account.session, clock: state.time.anchor })
  if (user !== account?.session.userId) return state.shelf.get(key)
  if (kind === 'act') return writeAct(account.acts.get(id), state.time)
  if (kind === 'draft') return writeDraft(account.drafts.get(Number(id)))
  if (state.disk.short) return undefined
  if (kind === 'profile') return writeProfile(account.profiles.get(Number(id)))
  const stream = Number(id) === user ? account.user : account.conversations.get(Number(id))
  return stream && writeStream(stream)
}

const writeLeaving = ({ leaving }: State): string | undefined =>
  leaving.length === 0 ? undefined : write({ tokens: leaving.map(({ refreshToken }) => refreshToken) })

function writeAct(act: Act | undefined, time: Time): string | undefined {
  if (!act) return undefined
  const { clientId, op, input, order, at, failed, left } = act
  return write({ clientId, op, input, order, at, ...(act.before ?? ageOf(act, time)), failed, left })
}
/** From when an act of this run counts its age, by the server's time (O11). */
const ageOf = ({ since }: Act, { offsetMs, known, fair }: Time): Before => ({
  since: known || fair ? Math.round(since + offsetMs) : undefined,
  sure: known,
})
const writeDraft = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : write(text)

const writeProfile = (profile: Profile | undefined): string | undefined => profile && write(profile)

/** Only the newest messages are stored; older ones are history, which is fetched when it is looked at. */
function writeStream(stream: Stream): string {
  const messages = stream.messages.slice(-limits.windowMessages)
  const cut = messages.length < stream.messages.length
  const floorSeq = cut ? (messages[0]?.seq ?? 1) : stream.floorSeq
  return write({ version: stream.version, floorSeq, messages, rows: [...stream.rows.values()] })
}

function read(text: string): Record<string, unknown> | string | undefined {
  try {
    const { format, value } = JSON.parse(text) as { format?: unknown; value?: unknown }
    if (format !== FORMAT) return undefined
    if (typeof value === 'string') return value
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
const hasVersion = (row: unknown): boolean => isRecord(row) && isCount(row.v)

export function readSession(text: string): Session | undefined {
  const value = read(text)
  return isSession(value) ? value : undefined
}

/** What was known of the server's time last (W24). */
export function readClock(text: string): Anchor | undefined {
  const session = read(text)
  const value = isRecord(session) ? session.clock : undefined
  return isRecord(value) && isCount(value.server) && isCount(value.wall)
    ? { server: value.server, wall: value.wall }
    : undefined
}

export function readRegistering(text: string): State['registering'] {
  const value = read(text)
  if (!isRecord(value) || typeof value.account !== 'string' || typeof value.clientId !== 'string')
    return undefined
  return { account: value.account, clientId: value.clientId }
}

export function readLeaving(text: string): string[] {
  const value = read(text)
  const tokens = isRecord(value) && Array.isArray(value.tokens) ? (value.tokens as unknown[]) : []
  return tokens.filter((token) => typeof token === 'string')
}

export function readDevices(text: string): DeviceToken[] {
  const value = read(text)
  const devices = isRecord(value) && Array.isArray(value.devices) ? (value.devices as unknown[]) : []
  return devices
    .filter(isRecord)
    .flatMap(({ account, token }) =>
      typeof account === 'string' && typeof token === 'string' ? [{ account, token }] : [],
    )
}

export function readDraft(text: string): string | undefined {
  const value = read(text)
  return typeof value === 'string' ? value : undefined
}

export function readProfile(text: string): Profile | undefined {
  const value = read(text)
  return isRecord(value) && isCount(value.id) && isCount(value.version) ? (value as Profile) : undefined
}

/**
 * `isOp` tells which operations this version of the app can still send. `now`: from here its age counts, until more is known;
 * what versions before O11 stored of it was the device's clock, and tells nothing.
 */
export function readAct(text: string, isOp: (op: string) => boolean, now: SteadyMs): Act | undefined {
  const value = read(text)
  if (!isRecord(value) || typeof value.clientId !== 'string' || !isCount(value.order)) return undefined
  if (typeof value.op !== 'string' || !isOp(value.op) || !isRecord(value.input)) return undefined
  const { since, sure, ...rest } = value
  const stored = rest as Pick<Act, 'clientId' | 'op' | 'input' | 'order' | 'at' | 'failed' | 'left'>
  const isKnown = typeof sure === 'boolean' && typeof since === 'number'
  return {
    ...stored,
    at: isCount(stored.at) ? stored.at : 0,
    since: now,
    before: { since: isKnown ? since : undefined, sure: isKnown && sure },
    failed: stored.failed,
    sent: stored.left,
    sentAt: undefined,
    call: undefined,
    tries: 0,
    retryAt: 0,
    output: undefined,
    landBy: undefined,
    ticket: undefined,
  }
}

export function readStream(text: string): Stream | undefined {
  const value = read(text)
  if (!isRecord(value) || !isCount(value.version) || !isCount(value.floorSeq)) return undefined
  const { version, floorSeq, messages, rows } = value
  if (!Array.isArray(messages) || !messages.every(hasVersion)) return undefined
  if (!Array.isArray(rows) || !rows.every(hasVersion)) return undefined
  const held = messages as MessageRow[]
  if (held.some((m, i) => firstFrom(held, m.seq) !== i)) return undefined
  const stream: Stream = { version, floorSeq, messages: held, rows: new Map(), aside: undefined }
  mergeRows(stream, rows as FieldRow[])
  return stream
}
