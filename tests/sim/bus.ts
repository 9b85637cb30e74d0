/**
 * The bus of the simulator: hints between nodes, seeded, that are lost, doubled, late and out of order, and a wire that
 * may be cut for a while. It never heals: what phones hold must not depend on it (Y12).
 */
import type { Bus, Hint } from '../../server/bus/bus'
import { listeners } from '../../server/bus/listeners'
import type { VirtualClock } from './clock'
import type { Dice } from './dice'

export interface BusCounts {
  hints: number
  hintsLost: number
  hintsDoubled: number
  hintsLate: number
}
const odds = { lost: 0.2, doubled: 0.2, late: 0.1 }
const delayMsMax = 150
const lateMsMax = 10_000

export class SimBus {
  readonly counts: BusCounts = { hints: 0, hintsLost: 0, hintsDoubled: 0, hintsLate: 0 }
  private readonly nodes = new Set<(hint: Hint) => void>()
  private cutUntil = 0

  constructor(
    private readonly clock: VirtualClock,
    private readonly dice: Dice,
  ) {}

  /** Nothing arrives anywhere for so long. */
  cut(ms: number): void {
    this.cutUntil = this.clock.now() + ms
  }

  /** The bus of one life of a node. */
  join(): Bus {
    const mine = listeners((error) => {
      throw error
    })
    this.nodes.add(mine.tell)
    return {
      publish: (hint) => {
        for (const tell of this.nodes) if (tell !== mine.tell) this.carry(hint, tell)
      },
      subscribe: mine.add,
      ready: async () => undefined,
      close: async () => {
        this.nodes.delete(mine.tell)
        mine.clear()
      },
    }
  }

  private carry(hint: Hint, tell: (hint: Hint) => void): void {
    const { clock, dice, counts } = this
    counts.hints++
    if (clock.now() < this.cutUntil || dice.chance(odds.lost)) return void counts.hintsLost++
    const twice = dice.chance(odds.doubled)
    if (twice) counts.hintsDoubled++
    for (let n = 0; n < (twice ? 2 : 1); n++) {
      const late = dice.chance(odds.late)
      if (late) counts.hintsLate++
      clock.after(dice.between(1, late ? lateMsMax : delayMsMax), () => tell(hint))
    }
  }
}
