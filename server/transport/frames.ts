/** What a phone's frames do: hello, requests, pings (W1 to W4, W6). */
import type { Failure, Result } from '../../protocol/errors'
import type { SessionId, TimeMs, UserId } from '../../protocol/ids'
import { limits } from '../../protocol/limits'
import { MIN_PROTOCOL_VERSION, PROTOCOL_VERSION } from '../../protocol/version'
import { closeCodes, decodeUp, encode, type Up } from '../../protocol/wire'
import type { App } from '../app'
import type { Bucket } from './bucket'
import type { Connection } from './connection'
import type { Registry } from './registry'
import { shapeFits } from './shape'
import { refusalOf } from './turn-away'

export interface Talk {
  app: Pick<App, 'dispatch' | 'turnsAway' | 'isBusy' | 'authenticate' | 'pulse'>
  registry: Registry
  now: () => TimeMs
  ticks: () => number
  /** For jitter: 0 <= n < 1. */
  unit: () => number
  log: { warn(fields: object, message: string): void; error(fields: object, message: string): void }
  /** Frames a second of one user, over all his sockets. */
  userRate: number
  /** Frames that were read and wait to be heard. */
  held: () => number
  /** Connections that take no more calls (F11). */
  leaving: ReadonlySet<Connection>
  /** The connection is live from now on. */
  greeted: (connection: Connection) => void
}
interface SessionFacts {
  userId: UserId
  sessionId: SessionId
}
type Hello = Up & { t: 'hello' }
type Request = Up & { t: 'req' }

const helloCharsMax = 4096
const socketsPerUserMax = 20
const unansweredMax = 64
/** A large frame counts as several. */
const charsPerToken = 4096
/** Whoever sends so many seconds' worth too much is cut off. */
const floodSeconds = 4
const busyAfterMs = 30_000

/** Takes one text message of a phone. Never throws. */
export function hear(talk: Talk, connection: Connection, text: string): void {
  if (connection.state === 'closing') return
  connection.heardAt = talk.ticks()
  const frame = connection.state === 'greeting' && text.length > helloCharsMax ? undefined : decodeUp(text)
  if (!frame || (frame.t === 'req' && !shapeFits(frame.in))) {
    connection.end({ code: 'invalidInput' }, closeCodes.badFrame)
    return
  }
  const pace = connection.state === 'live' ? paceOf(talk, connection, text.length) : 'fine'
  if (frame.t === 'hello') settle(talk, connection, greet(talk, connection, frame))
  else if (connection.state !== 'live')
    connection.end({ code: 'unauthenticated' }, closeCodes.unauthenticated)
  else if (pace === 'flood') connection.end({ code: 'tooManyRequests' }, closeCodes.resync, busyAfterMs)
  else if (frame.t === 'ping') settle(talk, connection, pulse(talk, connection))
  else settle(talk, connection, answer(talk, connection, frame, pace === 'fast'))
}

/** Refuses a request that would be turned away by its first characters. False: it must be heard. */
export function refuses(talk: Talk, connection: Connection, start: string, bytes: number): boolean {
  if (connection.state !== 'live') return false
  const refusal = refusalOf(talk.app, start, talk.held())
  if (refusal === undefined) return false
  connection.heardAt = talk.ticks()
  if (paceOf(talk, connection, bytes) === 'flood') return false
  connection.sendText(refusal)
  return true
}

/** `fast`: the frame that was heard last is one too many. */
function paceOf({ registry }: Talk, { frames, userId, heardAt }: Connection, chars: number) {
  const cost = 1 + Math.floor(chars / charsPerToken)
  const least = Math.min(
    secondsLeft(frames, heardAt, cost),
    secondsLeft(registry.framesOf(userId), heardAt, cost),
  )
  if (least < -floodSeconds) return 'flood'
  return least < 0 ? 'fast' : 'fine'
}

const secondsLeft = (bucket: Bucket | undefined, now: number, cost: number): number =>
  bucket ? bucket.take(now, cost) / bucket.perSecond : 0

async function greet(talk: Talk, connection: Connection, hello: Hello): Promise<void> {
  const misplaced = connection.state !== 'greeting'
  if (misplaced || hello.v < MIN_PROTOCOL_VERSION) {
    connection.end({ code: misplaced ? 'invalidInput' : 'versionUnsupported' }, closeCodes.badFrame)
    return
  }
  connection.state = 'checking'
  const facts = await talk.app.authenticate(hello.token)
  if (!isChecking(connection)) return
  if (facts) welcome(talk, connection, facts, Math.min(hello.v, PROTOCOL_VERSION))
  else connection.end({ code: 'unauthenticated' }, closeCodes.unauthenticated)
}

/** From here on the phone hears what its user hears: it asks for heads afterwards, so nothing falls between (Y8). */
function welcome(talk: Talk, connection: Connection, facts: SessionFacts, v: number): void {
  const { userId, sessionId } = facts
  makeRoom(talk.registry, userId)
  Object.assign(connection, { userId, sessionId, state: 'live' })
  talk.greeted(connection)
  talk.registry.listen(connection, talk.userRate)
  connection.send({ t: 'welcome', v, userId, now: talk.now(), features: [] })
}
/** It may have closed while its token was looked at. */
const isChecking = ({ state }: Connection): boolean => state === 'checking'

/** A phone that lost its line many times must not be kept out by its own dead sockets: the most silent one goes. */
function makeRoom(registry: Registry, userId: UserId): void {
  const open = [...registry.of(userId)]
  if (open.length < socketsPerUserMax) return
  const quietest = open.reduce((a, b) => (b.heardAt < a.heardAt ? b : a))
  quietest.end({ code: 'tooManyRequests' }, closeCodes.resync, busyAfterMs)
  registry.unlisten(quietest)
}

async function answer(talk: Talk, connection: Connection, request: Request, tooFast: boolean): Promise<void> {
  const { id, op, in: input } = request
  const { userId, sessionId, address, unanswered } = connection
  if (talk.leaving.has(connection)) {
    connection.send({ t: 'res', id, ok: false, error: { code: 'draining' } })
    return
  }
  if (tooFast || unanswered >= unansweredMax) {
    const error: Failure = { code: 'tooManyRequests', data: { retryAfterMs: tooFast ? 1_000 : 100 } }
    connection.send({ t: 'res', id, ok: false, error })
    return
  }
  connection.unanswered += 1
  const result = await talk.app.dispatch({ op, input, caller: { kind: 'user', userId, sessionId, address } })
  connection.unanswered -= 1
  connection.sendText(responseOf(talk, op, id, result))
}

function responseOf({ log }: Talk, op: string, id: number, result: Result<unknown>): string {
  if (!result.ok) return encode({ t: 'res', id, ok: false, error: result.error })
  const text = encode({ t: 'res', id, ok: true, out: result.value })
  const bytes = Buffer.byteLength(text)
  if (bytes <= limits.frameOutBytesMax) return text
  log.error({ op, bytes }, 'an answer is too large for a frame')
  return encode({ t: 'res', id, ok: false, error: { code: 'internal' } })
}

/** The digest, behind the frames of what it counts (Y9); a session that ended elsewhere is found here too (A6). */
async function pulse({ app }: Talk, connection: Connection): Promise<void> {
  // Whoever has so much unanswered hears of it without a pong.
  if (connection.unanswered >= unansweredMax) return
  connection.unanswered += 1
  const digest = await app.pulse(connection.userId, connection.sessionId).finally(() => {
    connection.unanswered -= 1
  })
  if (digest === undefined) connection.end({ code: 'unauthenticated' }, closeCodes.unauthenticated)
  else connection.send({ t: 'pong', digest })
}

/** When the database is away the phone comes back a little later. */
function settle({ log, unit }: Talk, connection: Connection, work: Promise<void>): void {
  work.catch((error: unknown) => {
    log.warn({ error: String(error) }, 'a socket was not served')
    connection.end({ code: 'unavailable' }, closeCodes.draining, Math.floor(1_000 + 2_000 * unit()))
  })
}
