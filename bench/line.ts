/** One connected client of a load. */
import { dialects, type Dialect, type DialectName, type Ear, type Peer } from './dialects'
import { LeanSocket } from './socket'

/** What a load wants to know of its lines. */
export interface LineEar {
  acked?(line: Line): void
  refused?(line: Line, frame: string): void
  /** The message with this number came; `seq`, where messages have one, is its place. */
  delivered?(line: Line, id: number, seq: number): void
  answered?(line: Line): void
}
export interface LineOptions {
  dialect: DialectName
  /** http://127.0.0.1:port */
  url: string
  peer: Peer
  /** Number of the line in its load. */
  index: number
  ear: LineEar
  /** Tells the messages of this load from those of all others. */
  load: string
  /** Source address. */
  from?: string
}

let loads = 0
/** A name that no other load has, in whatever process it runs. */
export const freshLoad = (): string =>
  `load-${process.pid.toString(36)}-${Date.now().toString(36)}-${(loads++).toString(36)}`

/** Resolves when the server has let it in. Throws Error when the connection ends before, and for the whole process after. */
export const openLine = (options: LineOptions): Promise<Line> =>
  new Promise((resolve, reject) => new Line(options, resolve, reject))

/** Opens lines, so many at a time. */
export async function openLines(list: readonly LineOptions[], atOnce = 32): Promise<Line[]> {
  const lines: Line[] = []
  for (let at = 0; at < list.length; at += atOnce)
    lines.push(...(await Promise.all(list.slice(at, at + atOnce).map(openLine))))
  return lines
}

export class Line implements Ear {
  readonly index: number
  private readonly dialect: Dialect
  private readonly socket: LeanSocket
  private readonly seen: number[]
  private requests = 0
  private turn: number
  private isReady = false

  constructor(
    private readonly options: LineOptions,
    private readonly opened: (line: Line) => void,
    private readonly failed: (error: Error) => void,
  ) {
    const { dialect, url, peer, index, from } = options
    this.index = index
    this.dialect = dialects[dialect]
    this.seen = [...(peer.seen ?? [])]
    // The two sides of a pair begin half a round apart.
    this.turn = index % 2 === 0 ? 0 : Math.floor(peer.to.length / 2)
    const { hostname: host, port } = new URL(url)
    const target = { host, port: Number(port), path: this.dialect.path(peer), ...(from ? { from } : {}) }
    this.socket = new LeanSocket(target, {
      opened: () => this.dialect.opened(peer, this),
      text: (text) => this.dialect.hear(text, this),
      closed: (why) => this.ended(why),
    })
  }

  /** Sends message `id` to the next of its conversations; gives the place of that conversation in the peer's list. */
  say(id: number): number {
    const { load, peer } = this.options
    const { to } = peer
    const place = this.turn++ % to.length
    const [request, seenSeq] = [++this.requests, this.seen[place] ?? 0]
    this.write(this.dialect.say({ load, request, id, to: to[place] ?? '', seenSeq }))
    return place
  }

  /** The phone shows this seq of the conversation at `place`. */
  saw(place: number, seq: number): void {
    if (seq > (this.seen[place] ?? 0)) this.seen[place] = seq
  }

  /** What a phone asks after it has connected; where there is no such thing, the answer is there at once. */
  ask(): void {
    if (this.dialect.ask) this.write(this.dialect.ask)
    else this.answered()
  }

  ping(): void {
    if (this.dialect.ping) this.write(this.dialect.ping)
  }

  cut(): void {
    this.socket.cut()
  }

  write(text: string): void {
    this.socket.say(text)
  }
  ready(): void {
    this.isReady = true
    this.opened(this)
  }
  acked(): void {
    this.options.ear.acked?.(this)
  }
  refused(frame: string): void {
    this.options.ear.refused?.(this, frame)
  }
  delivered(id: number, seq: number): void {
    this.options.ear.delivered?.(this, id, seq)
  }
  answered(): void {
    this.options.ear.answered?.(this)
  }

  private ended(why: string): void {
    const error = new Error(`the server ended a connection: ${why}`)
    if (this.isReady) throw error
    this.failed(error)
  }
}
