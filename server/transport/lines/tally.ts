/** Counts by key, and knows which key has the most. All of it takes the same time, however many keys there are. */
export class Tally {
  private readonly counts = new Map<string, number>()
  /** Keys by their count, those that came to it first in front. */
  private readonly levels: Set<string>[] = []

  of(key: string): number {
    return this.counts.get(key) ?? 0
  }
  add(key: string): void {
    this.move(key, this.of(key) + 1)
  }
  remove(key: string): void {
    this.move(key, this.of(key) - 1)
  }
  /** The highest count; 0 when nothing is counted. */
  get top(): number {
    return Math.max(0, this.levels.length - 1)
  }
  /** Of the keys with the highest count the one that has had it longest. */
  get most(): string | undefined {
    return this.levels.at(-1)?.values().next().value
  }

  private move(key: string, count: number): void {
    this.levels[this.of(key)]?.delete(key)
    if (count > 0) {
      this.counts.set(key, count)
      while (this.levels.length <= count) this.levels.push(new Set())
      this.levels[count]?.add(key)
    } else this.counts.delete(key)
    while (this.levels.length > 0 && this.levels.at(-1)?.size === 0) this.levels.pop()
  }
}
