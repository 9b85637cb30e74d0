/** Calls counted in windows, of at most so many callers. */
interface Row {
  readonly who: string | number
  readonly endsAt: number
  count: number
  /** Neighbours in the queue of its level. */
  before: Row | undefined
  after: Row | undefined
}
interface Level {
  oldest: Row | undefined
  newest: Row | undefined
}

/** A window begins with a caller's first call and lasts `windowMs`. Who calls least is forgotten first, the oldest among them. */
export class Counts {
  private readonly rows = new Map<string | number, Row>()
  /** Queues of rows by how often they called: [n] holds those with 2^n calls or more, by when they came there. */
  private readonly levels: Level[] = []

  constructor(
    readonly max: number,
    readonly windowMs: number,
  ) {}

  get size(): number {
    return this.rows.size
  }

  /** Calls of this window, and what is left of it in ms. */
  of(who: string | number, now: number): { count: number; leftMs: number } {
    const row = this.rows.get(who)
    return row && now < row.endsAt ? { count: row.count, leftMs: row.endsAt - now } : none
  }

  /** Counts one call. Costs the same however many are counted. */
  add(who: string | number, now: number): void {
    const known = this.rows.get(who)
    if (known && now < known.endsAt) return this.raise(known)
    if (known) this.drop(known)
    if (this.rows.size >= this.max) this.makeRoom(now)
    const row: Row = { who, endsAt: now + this.windowMs, count: 1, before: undefined, after: undefined }
    this.rows.set(who, row)
    append(this.levelOf(row), row)
  }

  private raise(row: Row): void {
    const level = this.levelOf(row)
    row.count += 1
    const higher = this.levelOf(row)
    if (level === higher) return
    takeOut(level, row)
    append(higher, row)
  }

  /** The oldest of a level whose window ended, else the oldest of the lowest. */
  private makeRoom(now: number): void {
    let least: Row | undefined
    for (const { oldest } of this.levels) {
      if (oldest && oldest.endsAt <= now) return this.drop(oldest)
      least ??= oldest
    }
    if (least) this.drop(least)
  }

  private drop(row: Row): void {
    takeOut(this.levelOf(row), row)
    this.rows.delete(row.who)
  }

  private levelOf({ count }: Row): Level {
    return (this.levels[Math.floor(Math.log2(count))] ??= { oldest: undefined, newest: undefined })
  }
}

const none = { count: 0, leftMs: 0 }

function append(level: Level, row: Row): void {
  row.before = level.newest
  row.after = undefined
  if (level.newest) level.newest.after = row
  else level.oldest = row
  level.newest = row
}

function takeOut(level: Level, row: Row): void {
  if (row.before) row.before.after = row.after
  else level.oldest = row.after
  if (row.after) row.after.before = row.before
  else level.newest = row.before
}
