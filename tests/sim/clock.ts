/** A clock that counts: time moves only from one scheduled event to the next. Equal times run in order of scheduling. */
export class VirtualClock {
  private readonly events: { at: number; order: number; run: () => void }[] = []
  private order = 0

  constructor(private time = Date.UTC(2026, 0, 1)) {}

  now(): number {
    return this.time
  }

  /** Runs `run` after `delayMs`; returns how to call it off. */
  after(delayMs: number, run: () => void): () => void {
    const event = { at: this.time + Math.max(0, Math.ceil(delayMs)), order: this.order++, run }
    this.events.push(event)
    return () => {
      const index = this.events.indexOf(event)
      if (index >= 0) this.events.splice(index, 1)
    }
  }

  /** Something is due within `ms`. */
  isDue(ms: number): boolean {
    return this.events.some(({ at }) => at <= this.time + ms)
  }

  /** Runs the next event if it is due by `until`; false when there is none. */
  step(until: number): boolean {
    let next = -1
    for (const [index, event] of this.events.entries()) {
      const best = this.events[next]
      if (
        event.at <= until &&
        (!best || event.at < best.at || (event.at === best.at && event.order < best.order))
      )
        next = index
    }
    const [event] = next < 0 ? [] : this.events.splice(next, 1)
    if (!event) {
      this.time = Math.max(this.time, until)
      return false
    }
    this.time = Math.max(this.time, event.at)
    event.run()
    return true
  }
}
