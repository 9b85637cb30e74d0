/** Seeded dice: the same seed gives the same run (mulberry32). */
export class Dice {
  constructor(private state: number) {}

  unit(): number {
    this.state = (this.state + 0x6d2b79f5) | 0
    let x = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x
    return ((x ^ (x >>> 14)) >>> 0) / 4_294_967_296
  }
  chance(probability: number): boolean {
    return this.unit() < probability
  }
  between(low: number, high: number): number {
    return low + Math.floor(this.unit() * (high - low + 1))
  }
  pick<T>(list: readonly T[]): T {
    const chosen = list[this.between(0, list.length - 1)]
    if (chosen === undefined) throw new Error('nothing to pick from')
    return chosen
  }
  /** 22 characters, as a phone's dice give. */
  id(): string {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    return Array.from({ length: 22 }, () => letters[this.between(0, 63)]).join('')
  }
}
