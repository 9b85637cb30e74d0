/**
 * Leases of node numbers, in the table `nodes`. Times are the database's. A lease is never cut short, whatever clocks do:
 * ids of its number may carry every time in it, and whoever has the number next begins where it ends.
 */
import { randomUUID } from 'node:crypto'
import { DbError, type Connection, type Db, type DbErrorKind } from './connection'
import { forUpdate, insertOrIgnore } from './dialect'

export const nodesMax = 32
const usualLeaseMs = 30_000

/** A node number, ours for ids with times in [fromMs, untilMs()). */
export interface NodeLease {
  readonly node: number
  readonly fromMs: number
  /** Moves on with every renewal. */
  untilMs(): number
  /** What the last renewal met, when it failed. */
  lapse?(): DbErrorKind | undefined
}

export interface LeaseOptions {
  leaseMs?: number
  renewEveryMs?: number
  /** After a renewal that failed. */
  retryEveryMs?: number
  /** Time of the newest id in the database, which its clock may have left behind (D13). Absent: not asked. */
  newestMs?: (c: Connection) => Promise<number>
  /** Called once: somebody else has the number, or the disk did not take the renewal. This process must not go on. */
  onLost?: (error: unknown) => void
}
export interface Lease extends NodeLease {
  /** The database's time as this process knows it: it goes on between renewals, and never back. */
  now(): number
  renew(): Promise<void>
  /** Makes no more ids. The number is free for others when the lease has run out. */
  close(): void
}

/**
 * Leases a free node number, or takes over one whose lease ran out, and renews it until `close`. Throws Error when all
 * are taken.
 */
export async function leaseNode(db: Db, options: LeaseOptions = {}): Promise<Lease> {
  const { leaseMs = usualLeaseMs, renewEveryMs = 10_000, retryEveryMs = 1_000, onLost } = options
  const { newestMs = async () => 0 } = options
  const token = randomUUID()
  const clock = clockFrom(await db.now())
  const now = clock.now()
  const { node, fromMs, start } = await patiently(() =>
    db.write(async (c) => {
      const start = Math.max(now, await newestMs(c))
      return { start, ...(await take(c, token, { now, start, leaseMs })) }
    }),
  )
  clock.follow(start)
  let untilMs = start + leaseMs
  let lapse: DbErrorKind | undefined
  let timer: NodeJS.Timeout | undefined
  let closed = false

  function renewIn(ms: number): void {
    if (closed) return
    const again = () => renewIn(lapse ? retryEveryMs : renewEveryMs)
    timer = setTimeout(() => void renew().then(again, again), ms).unref()
  }
  async function renew(): Promise<void> {
    try {
      const now = await db.now()
      const time = await db.write(async (c) => {
        const time = Math.max(now, clock.now(), await newestMs(c))
        return (await c.run(extend, [time + leaseMs, node, token])) ? time : undefined
      })
      if (time === undefined) lose(new Error('another process has our node number'))
      else {
        untilMs = time + leaseMs
        clock.follow(time)
      }
      lapse = undefined
    } catch (error) {
      lapse = error instanceof DbError ? error.kind : 'down'
      if (lapse === 'fatal') lose(error)
      throw error
    }
  }
  function close(): void {
    closed = true
    clearTimeout(timer)
    untilMs = 0
  }
  function lose(error: unknown): void {
    if (!closed) onLost?.(error)
    close()
  }
  renewIn(renewEveryMs)
  return { node, fromMs, now: clock.now, untilMs: () => untilMs, lapse: () => lapse, renew, close }
}

/**
 * Has another node renewed its lease lately? Waits half a second for the database at most; one that does not answer is taken
 * for nobody.
 */
export async function othersLive(db: Db, { node, now }: Pick<Lease, 'node' | 'now'>): Promise<boolean> {
  if (db.dialect === 'sqlite') return false
  const sql = 'SELECT id FROM nodes WHERE id <> ? AND leased_until > ? LIMIT 1'
  const found = db.read(async (c) => c.all(sql, [node, now() + usualLeaseMs / 2]))
  const late = new Promise<[]>((resolve) => setTimeout(() => resolve([]), 500).unref())
  return (await Promise.race([found.catch(() => []), late])).length > 0
}

/** Milliseconds that go on from `start`, jump ahead to what they are told to follow, and never go back. */
function clockFrom(start: number) {
  let [base, readAt] = [start, performance.now()]
  const now = () => Math.floor(base + performance.now() - readAt)
  return {
    now,
    follow(time: number): void {
      ;[base, readAt] = [Math.max(time, now()), performance.now()]
    },
  }
}

/** Nodes that start together may meet in a deadlock. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++)
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof DbError && error.kind === 'again') || tries === triesMax) throw error
    }
}
const triesMax = 10

const extend = 'UPDATE nodes SET leased_until = ? WHERE id = ? AND token = ?'

/** When a lease begins: by the database's clock, and where it is counted from (D13). */
interface Begin {
  now: number
  start: number
  leaseMs: number
}
/** A lease that was given while the clock was ahead runs out on the time that went on from there. */
const isHeld = (until: number, { now, start, leaseMs }: Begin): boolean =>
  until > now && (until > start || until <= now + leaseMs)

/** The lowest number that nobody holds, and the time from which it is ours. */
async function take(
  connection: Connection,
  token: string,
  begin: Begin,
): Promise<{ node: number; fromMs: number }> {
  const until = begin.start + begin.leaseMs
  const insert = insertOrIgnore(connection.dialect, 'nodes', ['id', 'token', 'leased_until'])
  const select = `SELECT id, leased_until FROM nodes ORDER BY id${forUpdate(connection.dialect)}`
  const known = await connection.all<{ id: number; leased_until: number }>(select)
  for (let node = 0; node < nodesMax; node++) {
    const row = known.find(({ id }) => id === node)
    if (row && isHeld(row.leased_until, begin)) continue
    const sql = 'UPDATE nodes SET token = ?, leased_until = ? WHERE id = ?'
    const taken = row
      ? await connection.run(sql, [token, until, node])
      : await connection.run(insert, [node, token, until])
    if (taken === 1) return { node, fromMs: row?.leased_until ?? begin.start }
  }
  throw new Error(`all ${nodesMax} node numbers are leased`)
}
