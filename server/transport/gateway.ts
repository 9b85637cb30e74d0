/** All sockets of this node: flushes, deadlines, counts, the end. Knows frames, not networks. Rules W2, W6, W7, W8. */
import type { UserId } from '../../protocol/ids'
import { limits } from '../../protocol/limits'
import { closeCodes } from '../../protocol/wire'
import { Addresses, type SocketAges } from './addresses'
import { Outgoing } from './outgoing'
import { Connection, type Wire } from './connection'
import { hear, refuses, type Talk } from './frames'
import type { Refuser } from './sieve'
import { Turnstile } from './turnstile'

export interface GatewayOptions extends Pick<Talk, 'app' | 'registry' | 'now' | 'unit' | 'log'> {
  /** Milliseconds that only go forward, for deadlines. Absent: `now`. */
  ticks?: () => number
  /** Sockets that one address may have open. */
  socketsPerAddress?: number | undefined
  /** Sockets that may be open at all. */
  socketsMax?: number
  /** A user's socket said hello or closed. */
  touched?: (user: UserId) => void
  /** Multiplies frames per second; load tests raise it. */
  rateFactor?: number
  /** 0, or after how many milliseconds a new socket may be asked for (L1). */
  turnsAwayMs?: () => number
}
/** The ear of one socket. */
export interface Ear extends Refuser {
  text(text: string): void
  binary(): void
  /** The network took what it had. */
  drained(): void
  /** What came was no WebSocket message: the socket is closing by itself. */
  failed(): void
  closed(): void
}
export interface Gateway {
  /** May this address open a socket? */
  admits(address: string): boolean
  /** 0, or after how many milliseconds this address may ask again: too much is going on (L1, L4). Absent: the busiest one. */
  busyMs(address?: string): number
  /** Takes a socket in. Where there is no room another one, that has not said hello, goes (L9). */
  accept(wire: Wire, address: string): Ear
  /** Ends what is silent or overdue. Called every second. */
  sweep(): void
  /**
   * Sends this share (0 to 1) of the sockets home: from now on their calls get `draining`, and at a later call of this, when
   * all earlier ones are answered, they are asked to come back within `spreadMs` and close. So do new sockets at once.
   */
  leave(share: number, spreadMs: number): void
  /** Asks everybody to come back within `spreadMs`, and closes (W8). Later sockets get the same. */
  drain(spreadMs: number): void
  /** Sockets that are open. */
  count(): number
}

const framesPerSecond = 500
const framesPerSecondOfUser = 1_000
/** Sockets that have not said hello, of all addresses together; a quarter of all, where these are fewer. */
const greetingMax = 2_000
/** A phone says hello with its first packet: a socket that has not by then makes room for others of its address. */
const slowHelloMs = 1_000
const silentMs = 3 * limits.pingEveryMs
/** A socket that does not finish its close is cut. */
const closingMs = 2_000

export function createGateway(options: GatewayOptions): Gateway {
  const { registry, unit, ticks = options.now, rateFactor = 1 } = options
  const { dirty } = createFlusher()
  const outgoing = new Outgoing()
  const leaving = new Set<Connection>()
  const turnstile = new Turnstile()
  const addresses = createAddresses(options, ticks)
  const talk: Talk = {
    ...options,
    ticks,
    leaving,
    held: () => turnstile.held,
    userRate: framesPerSecondOfUser * rateFactor,
    greeted(connection) {
      addresses.greeted(connection)
      options.touched?.(connection.userId)
    },
  }
  const rate = framesPerSecond * rateFactor
  let spread: number | undefined
  const sendHome = (connection: Connection, spreadMs: number) =>
    connection.end({ code: 'draining' }, closeCodes.draining, Math.floor(spreadMs * unit()))

  return {
    admits: (address) => addresses.roomFor(address) !== 'address full',
    busyMs: (address) =>
      addresses.roomFor(address) === 'full' ? limits.helloDeadlineMs : (options.turnsAwayMs?.() ?? 0),
    accept(wire, address) {
      const connection = new Connection({ wire, address, openedAt: ticks(), rate, outgoing, dirty })
      const room = addresses.roomFor(address)
      if (typeof room === 'object') cut(addresses, room.instead)
      registry.all.add(connection)
      addresses.opened(connection, address)
      if (spread !== undefined) sendHome(connection, spread)
      return {
        text: turnstile.gate(wire, (text) => hear(talk, connection, text)),
        isBusy: options.app.isBusy,
        refuses: (start, bytes) => refuses(talk, connection, start, bytes),
        binary: () => connection.end({ code: 'invalidInput' }, closeCodes.badFrame),
        drained: () => connection.drained(),
        failed() {
          connection.state = 'closing'
          registry.unlisten(connection)
        },
        closed() {
          if (!registry.all.delete(connection)) return
          addresses.closed(connection)
          leaving.delete(connection)
          registry.unlisten(connection)
          if (connection.userId !== 0) options.touched?.(connection.userId)
          connection.state = 'closing'
        },
      }
    },
    sweep() {
      for (const connection of registry.all) look(connection, ticks())
    },
    leave(share, spreadMs) {
      spread = spreadMs
      const staying = [...registry.all].filter((one) => one.state !== 'closing' && !leaving.has(one))
      for (const connection of leaving) if (connection.unanswered === 0) sendHome(connection, spreadMs)
      for (const connection of staying.slice(0, Math.ceil(staying.length * share))) leaving.add(connection)
    },
    drain(spreadMs) {
      spread = spreadMs
      for (const connection of registry.all) sendHome(connection, spreadMs)
    },
    count: () => registry.all.size,
  }
}

function createAddresses(options: GatewayOptions, ticks: () => number): Addresses<Connection> {
  const { socketsPerAddress = 2_000, socketsMax = Infinity } = options
  const bounds = {
    openMax: socketsMax,
    openPerAddressMax: socketsPerAddress,
    greetingMax: Math.min(greetingMax, Math.ceil(socketsMax / 4)),
    greetingPerAddressMax: Math.ceil(socketsPerAddress / 4),
  }
  const isIdle: SocketAges<Connection>['isIdle'] = ({ state }) => state !== 'checking'
  return new Addresses<Connection>(bounds, {
    isIdle,
    isSlow: (connection) => isIdle(connection) && ticks() - connection.openedAt >= slowHelloMs,
  })
}

/** Tells a socket to come back, and does not wait for its close. */
function cut(addresses: Addresses<Connection>, connection: Connection): void {
  addresses.closed(connection)
  connection.end({ code: 'overloaded' }, closeCodes.resync)
  connection.wire.terminate()
}

function look(connection: Connection, at: number): void {
  const { state, openedAt, heardAt, wire } = connection
  if (state === 'closing') {
    connection.closingSince ??= at
    if (at - connection.closingSince >= closingMs) wire.terminate()
  } else if (state === 'live') {
    if (at - heardAt > silentMs) wire.terminate()
  } else if (at - openedAt >= limits.helloDeadlineMs)
    connection.end({ code: 'unauthenticated' }, closeCodes.unauthenticated)
}

/** However many frames a turn makes, each connection is written once (one system call per socket is the cost). */
function createFlusher() {
  let waiting: Connection[] = []
  function flushAll(): void {
    const list = waiting
    waiting = []
    for (const connection of list) connection.flush()
  }
  return {
    dirty(connection: Connection): void {
      if (waiting.push(connection) === 1) setImmediate(flushAll)
    },
  }
}
