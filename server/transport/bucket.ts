/** A rate limit without timers: tokens come back with time, and at most one second's worth is saved. */
export class Bucket {
  private tokens: number

  constructor(
    readonly perSecond: number,
    private at: number,
  ) {
    this.tokens = perSecond
  }

  /** Takes `cost` tokens at `now` (ms). What is left: below 0 the caller took too much, and owes it. */
  take(now: number, cost = 1): number {
    const back = (Math.max(0, now - this.at) / 1000) * this.perSecond
    this.at = now
    this.tokens = Math.min(this.perSecond, this.tokens + back) - cost
    return this.tokens
  }
}
