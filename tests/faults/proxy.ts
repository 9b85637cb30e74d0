/**
 * A TCP proxy on loopback that breaks what passes through it: delays it, cuts it, loses it, holds it back. Sides are named by
 * who speaks: `client` connects to the proxy, `server` is what the proxy connects to.
 */
import { createServer, Socket, type AddressInfo, type Server } from 'node:net'

export type Side = 'client' | 'server'
/**
 * What happens to a chunk: it goes on; it is lost, and all that its side says later on this connection, its goodbye too; or
 * it is lost and the connection is cut.
 */
export type Verdict = 'pass' | 'lose' | 'cut'
/** Looks at each chunk of one connection as it comes; made anew for each connection. */
export type Judge = (side: Side, chunk: Buffer) => Verdict

export interface FaultProxyOptions {
  host?: string
  /** Where it goes to. */
  port: number
  judge?: () => Judge
}
export interface FaultProxy {
  readonly port: number
  /** Every chunk waits so long, in both directions; the order stays. */
  delayMs: number
  /** New connections are reset at once. */
  refusing: boolean
  /** Connections that are open. */
  count(): number
  /** Resets every open connection, on both sides. */
  cut(): void
  /**
   * What `side` says from now on is lost, its goodbye too: half-open, as when a router forgets. `heal` resets the
   * connections that lost something.
   */
  lose(side: Side): void
  /** What `side` says waits until `heal`, as when a network drops packets for a while and TCP sends them again. */
  hold(side: Side): void
  heal(): void
  close(): Promise<void>
}

/** Listens on a free port of 127.0.0.1. */
export async function startProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const links = new Set<Link>()
  const faults: Faults = { delayMs: 0, refusing: false, lost: new Set(), held: new Set() }
  const listener = createServer({ allowHalfOpen: true }, (client) => {
    client.on('error', ignore)
    if (faults.refusing) return void client.resetAndDestroy()
    const server = new Socket({ allowHalfOpen: true }).connect(options.port, options.host ?? '127.0.0.1')
    const link = linkOf(client, server, faults, options.judge?.())
    links.add(link)
    for (const socket of [client, server])
      socket.once('close', () => client.destroyed && server.destroyed && links.delete(link))
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  return proxyOf(listener, links, faults)
}

function proxyOf(listener: Server, links: Set<Link>, faults: Faults): FaultProxy {
  const cut = () => {
    for (const link of links) link.cut()
  }
  return {
    port: (listener.address() as AddressInfo).port,
    get delayMs() {
      return faults.delayMs
    },
    set delayMs(ms) {
      faults.delayMs = ms
    },
    get refusing() {
      return faults.refusing
    },
    set refusing(on) {
      faults.refusing = on
    },
    count: () => links.size,
    cut,
    lose: (side) => void faults.lost.add(side),
    hold: (side) => void faults.held.add(side),
    heal() {
      faults.lost.clear()
      faults.held.clear()
      for (const link of links) link.heal()
    },
    close() {
      cut()
      return new Promise((resolve) => listener.close(() => resolve()))
    },
  }
}

interface Faults {
  delayMs: number
  refusing: boolean
  lost: Set<Side>
  held: Set<Side>
}
interface Link {
  cut(): void
  heal(): void
}

const ignore = () => undefined

function linkOf(client: Socket, server: Socket, faults: Faults, judge: Judge = () => 'pass'): Link {
  const cut = () => {
    client.resetAndDestroy()
    server.resetAndDestroy()
  }
  const lanes = [
    laneOf({ side: 'client', from: client, to: server, faults, judge, cut }),
    laneOf({ side: 'server', from: server, to: client, faults, judge, cut }),
  ]
  return {
    cut,
    heal() {
      if (lanes.some((lane) => lane.lostSomething())) cut()
      else for (const lane of lanes) lane.flush()
    },
  }
}

interface LaneOptions {
  side: Side
  from: Socket
  to: Socket
  faults: Faults
  judge: Judge
  cut: () => void
}
/** One direction of a connection: what came and has not gone on, in order. A goodbye is the last of it. */
function laneOf({ side, from, to, faults, judge, cut }: LaneOptions) {
  const waiting: { at: number; deliver: () => void }[] = []
  let lost = false
  const flush = () => {
    while (waiting[0] && waiting[0].at <= performance.now() && !faults.held.has(side))
      waiting.shift()?.deliver()
  }
  const take = (deliver: () => void) => {
    lost ||= faults.lost.has(side)
    if (lost) return
    if (faults.delayMs === 0 && waiting.length === 0 && !faults.held.has(side)) deliver()
    else {
      waiting.push({ at: performance.now() + faults.delayMs, deliver })
      setTimeout(flush, faults.delayMs + 1)
    }
  }
  from.setNoDelay(true)
  from.on('error', ignore)
  from.on('data', (chunk: Buffer) => {
    const verdict = judge(side, chunk)
    if (verdict === 'cut') cut()
    if (verdict === 'lose') lost = true
    if (verdict !== 'pass') return
    take(() => {
      if (to.destroyed || to.write(chunk)) return
      from.pause()
      to.once('drain', () => from.resume())
    })
  })
  from.on('end', () => take(() => to.end()))
  from.on('close', (hadError) => hadError && take(() => to.destroyed || to.resetAndDestroy()))
  return { flush, lostSomething: () => lost }
}
