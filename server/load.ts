/**
 * How loaded this server is, and what it turns away then (section L of SPEC.md). What is turned away is told so before
 * anything is looked up, so that refusing costs little and what was accepted is served. Counts and times only: no I/O here.
 */
import type { OpName } from '../protocol'

/**
 * What a call is for, in the order in which it is turned away. `passing`: the next one makes up for it (read marks; events
 * that are not kept); `look`: somebody looks something up; `enter`: he comes in (sign-in, new sockets); `work`: sends,
 * contacts, sync. `vital`: never turned away.
 */
export type Purpose = 'passing' | 'look' | 'enter' | 'work' | 'vital'
/** 0: all is well. At level n the first n purposes are turned away. */
export type Level = 0 | 1 | 2 | 3 | 4

/** A new operation does not compile before it has its row here. */
const purposes: Readonly<Record<OpName, Purpose>> = {
  'accounts.register': 'enter',
  'accounts.signIn': 'enter',
  'accounts.getChallenge': 'enter',
  'accounts.refresh': 'enter',
  'accounts.signOut': 'vital',
  'accounts.getProfiles': 'look',
  'contacts.searchAccount': 'look',
  'contacts.requestFriend': 'work',
  'contacts.acceptRequest': 'work',
  'contacts.refuseRequest': 'work',
  'chat.sendMessage': 'work',
  'chat.markRead': 'passing',
  'chat.listMessages': 'look',
  'sync.heads': 'work',
  'sync.pull': 'work',
  'sync.wait': 'work',
}
const byName = new Map<string, Purpose>(Object.entries(purposes))
/** What an operation is for. */
export const purposeOf = (op: string): Purpose => byName.get(op) ?? 'work'

const shedFrom: Record<Purpose, number> = { passing: 1, look: 2, enter: 3, work: 4, vital: Infinity }
export const sheds = (level: Level, purpose: Purpose): boolean => level >= shedFrom[purpose]

/** What load is told by. Times in milliseconds. */
export interface Signs {
  /** How late the event loop comes round, on average over the last second. */
  loopDelayMs: number
  /** Writes that have no answer yet. */
  writes: number
  /** How long half of them have waited. */
  writeWaitMs: number
  /** Reads that wait for a snapshot to read on. */
  reads: number
  /** How long half of them have waited. */
  readWaitMs: number
}
/** Writes without an answer; the queue of commit.ts, which is as long, is the bound behind it (F5). */
export const writesMax = 4096
/** Reads that wait for a snapshot. */
export const readsMax = 4096
const halves = (max: number) => [max / 2, (max * 3) / 4, (max * 7) / 8, max] as const
/** Where each level begins. The highest level of any sign counts. */
const steps: Record<keyof Signs, readonly [number, number, number, number]> = {
  loopDelayMs: [150, 300, 500, 1_000],
  writes: halves(writesMax),
  writeWaitMs: [500, 1_000, 1_500, 2_000],
  reads: halves(readsMax),
  readWaitMs: [250, 500, 1_000, 2_000],
}
const signNames = Object.keys(steps) as (keyof Signs)[]

/** How many steps of a sign a value has reached. */
function passed(sign: keyof Signs, value: number): number {
  let count = 0
  for (const step of steps[sign]) if (value >= step) count += 1
  return count
}

export const levelOf = (signs: Signs): Level =>
  Math.max(...signNames.map((name) => passed(name, signs[name]))) as Level

/** A few slow ones are no load. */
const queueMin = 64

/** Calls that wait for the same thing. */
export class Queue {
  private readonly since = new Map<number, number>()
  private next = 0

  constructor(private readonly ticks: () => number) {}

  get length(): number {
    return this.since.size
  }
  /** A call begins to wait. Gives what it leaves by. */
  enter(): number {
    this.since.set(++this.next, this.ticks())
    return this.next
  }
  /** It waits no more. Leaving twice is harmless. */
  leave(ticket: number): void {
    this.since.delete(ticket)
  }
  /** How long half of them have waited, in ms; 0 while they are few. */
  waitMs(): number {
    if (this.since.size < queueMin) return 0
    let left = this.since.size >> 1
    for (const since of this.since.values()) if (left-- === 0) return this.ticks() - since
    return 0
  }
}

export interface LoadOptions {
  /** Milliseconds that only go forward. */
  ticks: () => number
  /** How late the event loop comes round. Absent: never late. */
  loopDelayMs?: () => number
}
export interface Load {
  readonly writes: Queue
  readonly reads: Queue
  /** Something is turned away. */
  isHigh(): boolean
  /**
   * 0: come in. Else the call is turned away, and may come again after so many milliseconds. `ahead`: calls that were let in
   * before it and are not counted yet; all may be writes.
   */
  retryAfterMs(purpose: Purpose, ahead?: number): number
}

const lookEveryMs = 50
const retryMs = 1_000

/** The load of this process. Times are read at most every 50 ms, counts on every call. */
export function createLoad({ ticks, loopDelayMs = () => 0 }: LoadOptions): Load {
  const writes = new Queue(ticks)
  const reads = new Queue(ticks)
  let lookedAt = -Infinity
  let byTimes: Level = 0
  let refused = 0

  /** Asked for each frame: times are looked at now and then, the count of writes always. */
  function level(ahead = 0): Level {
    const now = ticks()
    if (now - lookedAt >= lookEveryMs || now < lookedAt) {
      lookedAt = now
      const times = { loopDelayMs: loopDelayMs(), writeWaitMs: writes.waitMs(), readWaitMs: reads.waitMs() }
      byTimes = levelOf({ ...times, writes: 0, reads: 0 })
    }
    const byCounts = Math.max(passed('writes', writes.length + ahead), passed('reads', reads.length))
    return Math.max(byTimes, byCounts) as Level
  }
  return {
    writes,
    reads,
    isHigh: () => level() > 0,
    retryAfterMs(purpose, ahead) {
      if (!sheds(level(ahead), purpose)) return 0
      // Spread over a second, so that those who were refused together do not come back together.
      refused = (refused + 373) % retryMs
      return retryMs + refused
    },
  }
}
