/** What the server says on sockets: hello, requests, pings, deadlines. Rules W1 to W8. Knows frames, not networks. */
import type { Failure } from '../../protocol/errors'
import type { TimeMs } from '../../protocol/ids'
import { limits } from '../../protocol/limits'
import { MIN_PROTOCOL_VERSION, PROTOCOL_VERSION } from '../../protocol/version'
import { closeCodes, decodeUp, type Up } from '../../protocol/wire'
import type { App } from '../app'
import { Connection, type Wire } from './connection'
import type { Registry } from './registry'
import { shapeFits } from './shape'

export interface GatewayOptions {
  app: Pick<App, 'dispatch' | 'authenticate' | 'pulse'>
  registry: Registry
  now: () => TimeMs
  /** For jitter: 0 <= n < 1. */
  unit: () => number
  log: { warn(fields: object, message: string): void }
  /** Multiplies frames per second; load tests raise it. */
  rateFactor?: number
}
/** The ear of one socket. */
export interface Ear {
  text(text: string): void
  binary(): void
  closed(): void
}
export interface Gateway {
  accept(wire: Wire, address: string): Ear
  /** Ends what is silent or overdue. Called every second. */
  sweep(): void
  /** Asks everybody to come back later, spread over `spreadMs`, and closes (W8). */
  drain(spreadMs: number): void
}

const socketsPerUserMax = 20
const unansweredMax = 64
const framesPerSecondMax = 500
const silentMs = 3 * limits.pingEveryMs
/** A socket that does not finish its close is cut. */
const closingMs = 2_000

export function createGateway({ app, registry, now, unit, log, rateFactor = 1 }: GatewayOptions): Gateway {
  const waiting = new Set<Connection>()
  let draining = false

  /** However many frames a turn makes, each connection is written once (one system call per socket is the cost). */
  function dirty(connection: Connection): void {
    if (waiting.size === 0) setImmediate(flushAll)
    waiting.add(connection)
  }
  function flushAll(): void {
    const list = [...waiting]
    waiting.clear()
    for (const connection of list) connection.flush()
  }

  function hear(connection: Connection, text: string): void {
    if (connection.state === 'closing') return
    connection.heardAt = now()
    const frame = decodeUp(text)
    if (!frame) return connection.end({ code: 'invalidInput' }, closeCodes.badFrame)
    if (frame.t === 'hello') return void greet(connection, frame)
    if (connection.state !== 'live')
      return connection.end({ code: 'unauthenticated' }, closeCodes.unauthenticated)
    if (frame.t === 'ping') return void pulse(connection)
    if (!shapeFits(frame.in)) return connection.end({ code: 'invalidInput' }, closeCodes.badFrame)
    void answer(connection, frame)
  }

  async function greet(connection: Connection, hello: Up & { t: 'hello' }): Promise<void> {
    if (connection.state !== 'greeting' || connection.userId !== 0)
      return connection.end({ code: 'invalidInput' }, closeCodes.badFrame)
    if (hello.v < MIN_PROTOCOL_VERSION)
      return connection.end({ code: 'versionUnsupported' }, closeCodes.badFrame)
    connection.userId = -1 // a second hello while the first is looked up
    const facts = await orElse(() => app.authenticate(hello.token), connection)
    if (facts === 'broken' || connection.state !== 'greeting') return
    if (!facts) return connection.end({ code: 'unauthenticated' }, closeCodes.unauthenticated)
    if (registry.of(facts.userId).size >= socketsPerUserMax)
      return connection.end({ code: 'tooManyRequests' }, closeCodes.resync, 30_000)
    connection.userId = facts.userId
    connection.sessionId = facts.sessionId
    connection.state = 'live'
    registry.listen(connection)
    const v = Math.min(hello.v, PROTOCOL_VERSION)
    connection.send({ t: 'welcome', v, userId: facts.userId, now: now(), features: [] })
  }

  async function answer(connection: Connection, { id, op, in: input }: Up & { t: 'req' }): Promise<void> {
    const refused = (error: Failure) => connection.send({ t: 'res', id, ok: false, error })
    if (connection.unanswered >= unansweredMax) return refused({ code: 'overloaded' })
    if (tooFast(connection)) return refused({ code: 'tooManyRequests', data: { retryAfterMs: 1_000 } })
    connection.unanswered++
    const { userId, sessionId, address } = connection
    const result = await app.dispatch({ op, input, caller: { kind: 'user', userId, sessionId, address } })
    connection.unanswered--
    if (result.ok) connection.send({ t: 'res', id, ok: true, out: result.value })
    else refused(result.error)
  }

  function tooFast(connection: Connection): boolean {
    const second = Math.floor(now() / 1000)
    if (connection.framesSecond !== second) {
      connection.framesSecond = second
      connection.frames = 0
    }
    return ++connection.frames > framesPerSecondMax * rateFactor
  }

  async function pulse(connection: Connection): Promise<void> {
    const digest = await orElse(() => app.pulse(connection.userId, connection.sessionId), connection)
    if (digest === 'broken') return
    if (digest === undefined) connection.end({ code: 'unauthenticated' }, closeCodes.unauthenticated)
    else connection.send({ t: 'pong', digest })
  }

  /** The database may be away: the phone comes back a little later. */
  async function orElse<T>(work: () => Promise<T>, connection: Connection): Promise<T | 'broken'> {
    try {
      return await work()
    } catch (error) {
      log.warn({ error: String(error) }, 'a socket was not served')
      connection.end({ code: 'unavailable' }, closeCodes.draining, Math.floor(1_000 + 2_000 * unit()))
      return 'broken'
    }
  }

  return {
    accept(wire, address) {
      const connection = new Connection(wire, address, now(), dirty, now)
      registry.all.add(connection)
      if (draining) connection.end({ code: 'draining' }, closeCodes.draining, Math.floor(2_000 * unit()))
      return {
        text: (text) => hear(connection, text),
        binary: () => connection.end({ code: 'invalidInput' }, closeCodes.badFrame),
        closed() {
          connection.state = 'closing'
          registry.remove(connection)
        },
      }
    },
    sweep() {
      const at = now()
      for (const connection of registry.all) {
        const { state, openedAt, heardAt, closingSince } = connection
        if (state === 'greeting' && at - openedAt > limits.helloDeadlineMs)
          connection.end({ code: 'unauthenticated' }, closeCodes.unauthenticated)
        else if (state === 'live' && at - heardAt > silentMs) connection.wire.terminate()
        else if (state === 'closing' && at - closingSince > closingMs) connection.wire.terminate()
      }
    },
    drain(spreadMs) {
      draining = true
      for (const connection of [...registry.all])
        connection.end({ code: 'draining' }, closeCodes.draining, Math.floor(spreadMs * unit()))
    },
  }
}
