/**
 * The network between phones and server, seeded: every frame is delayed, kept in order, and sometimes dropped or
 * doubled; a line may be cut (both ends hear it) or half-open (one direction goes silent, nobody hears anything).
 */
import type { VirtualClock } from './clock'
import type { Dice } from './dice'

export interface NetCounts {
  frames: number
  dropped: number
  doubled: number
  cuts: number
  halfOpens: number
  /** Calls by REST that waited for news. */
  waits: number
}
/** What a network that lets no socket live does to them: none opens, none is answered, or each is cut soon. */
export const blocks = ['refused', 'silent', 'cut'] as const
export type Block = (typeof blocks)[number]
export interface NetOptions {
  drop: number
  double: number
  delayMsMax: number
}
interface End {
  text(text: string): void
  closed(): void
}
/** `up`: from the phone to the server. */
export type Direction = 'up' | 'down'
/** Who wants to know what passes. */
export interface Watcher {
  /** A frame has arrived, and what it causes is still to come. */
  arrived(line: Line, direction: Direction): void
}

/** One socket between a phone and the server. */
export class Line {
  private readonly ends: Partial<Record<Direction, End>> = {}
  private readonly busyUntil = { up: 0, down: 0 }
  private readonly silent = { up: false, down: false }
  private open = true

  constructor(
    private readonly net: Net,
    /** Name of the phone. */
    readonly owner: string,
  ) {}

  get isOpen(): boolean {
    return this.open
  }

  /** `up`: the server's ear; `down`: the phone's. */
  attach(direction: Direction, end: End): void {
    this.ends[direction] = end
  }

  send(direction: Direction, text: string): void {
    const { dice, clock, counts, options } = this.net
    counts.frames++
    if (!this.open || this.silent[direction]) return
    if (dice.chance(options.drop)) return void counts.dropped++
    const twice = dice.chance(options.double)
    if (twice) counts.doubled++
    for (let n = 0; n < (twice ? 2 : 1); n++) {
      // Later frames never overtake earlier ones: a line is a stream.
      const at = Math.max(clock.now() + dice.between(1, options.delayMsMax), this.busyUntil[direction])
      this.busyUntil[direction] = at
      clock.after(at - clock.now(), () => {
        if (!this.open || this.silent[direction]) return
        this.ends[direction]?.text(text)
        this.net.watcher?.arrived(this, direction)
      })
    }
  }

  /** One side hangs up; the other hears it a little later. */
  close(by: 'phone' | 'server'): void {
    if (!this.open) return
    this.open = false
    this.net.lines.delete(this)
    const deaf = by === 'phone' ? this.silent.up : this.silent.down
    const other = by === 'phone' ? this.ends.up : this.ends.down
    if (!deaf)
      this.net.clock.after(this.net.dice.between(1, this.net.options.delayMsMax), () => other?.closed())
  }

  cut(): void {
    if (!this.open) return
    this.net.counts.cuts++
    this.open = false
    this.net.lines.delete(this)
    for (const end of [this.ends.up, this.ends.down]) this.net.clock.after(1, () => end?.closed())
  }

  halfOpen(direction: Direction): void {
    this.net.counts.halfOpens++
    this.silent[direction] = true
  }
}

export class Net {
  readonly lines = new Set<Line>()
  /** Phones that reach nothing. */
  readonly away = new Set<string>()
  /** Phones whose sockets come to nothing, while REST works. */
  readonly blocked = new Map<string, Block>()
  watcher: Watcher | undefined
  readonly counts: NetCounts = { frames: 0, dropped: 0, doubled: 0, cuts: 0, halfOpens: 0, waits: 0 }

  constructor(
    readonly clock: VirtualClock,
    readonly dice: Dice,
    readonly options: NetOptions,
  ) {}

  connect(owner: string): Line {
    const line = new Line(this, owner)
    this.lines.add(line)
    return line
  }

  /** The phone reaches the server no more, and hears it, until it is back. */
  leave(owner: string): void {
    this.away.add(owner)
    for (const line of [...this.lines]) if (line.owner === owner) line.cut()
  }

  /** No socket of this phone lives any more, until it is let through again. */
  block(owner: string, how: Block): void {
    this.blocked.set(owner, how)
    for (const line of [...this.lines]) if (line.owner === owner) line.cut()
  }

  /** From now on nothing is lost or doubled, and lines that were half-open are cut. */
  heal(): void {
    this.options.drop = 0
    this.options.double = 0
    this.away.clear()
    this.blocked.clear()
    for (const line of [...this.lines]) line.cut()
  }
}
