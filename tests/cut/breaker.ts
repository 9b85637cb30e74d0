/** Counts the frames of every phone, and breaks one phone's line after one of them. */
import type { Direction, Line, Watcher } from '../sim/net'
import type { World } from '../sim/world'

/**
 * `cut`: both ends hear it, and the way is free again at once. `away`: nothing goes through for a while. `halfOpen`: what
 * goes on in the direction of the frame is lost, nobody hears anything, until the line is cut after a while. `zombie`: the
 * same, until the phone finds out.
 */
export type How = 'cut' | 'away' | 'halfOpen' | 'zombie'
export interface Break {
  phone: string
  direction: Direction
  /** The last one that passes. */
  frame: number
  how: How
}

/** How long the way stays broken; a zombie is found by the ping that is not answered. */
export const brokenMs: Record<How, number> = { cut: 0, away: 3_000, halfOpen: 3_000, zombie: 36_000 }

export class Breaker implements Watcher {
  /** By phone and direction. */
  readonly frames = new Map<string, number>()
  /** It has happened, and what follows was not looked at yet. */
  isFresh = false
  hasHappened = false

  constructor(
    private readonly world: World,
    private readonly at: Break | undefined,
  ) {
    world.net.watcher = this
  }

  get how(): How | undefined {
    return this.at?.how
  }

  arrived(line: Line, direction: Direction): void {
    const name = `${line.owner} ${direction}`
    const count = (this.frames.get(name) ?? 0) + 1
    this.frames.set(name, count)
    const { at } = this
    if (at && !this.hasHappened && name === `${at.phone} ${at.direction}` && count === at.frame)
      this.happen(line, at)
  }

  private happen(line: Line, { phone, direction, how }: Break): void {
    this.hasHappened = true
    this.isFresh = true
    const { net, clock } = this.world
    if (how === 'cut') return line.cut()
    if (how === 'away') {
      net.leave(phone)
      clock.after(brokenMs.away, () => {
        net.away.delete(phone)
        this.world.phones.find(({ name }) => name === phone)?.engine?.tell({ is: 'network', online: true })
      })
      return
    }
    line.halfOpen(direction)
    if (how === 'halfOpen') clock.after(brokenMs.halfOpen, () => line.cut())
  }
}
