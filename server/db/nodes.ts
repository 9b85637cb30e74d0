/** Leases of node numbers, in the table `nodes`. Times are the database's. */
import { randomUUID } from 'node:crypto'
import { DbError, type Connection, type Db } from './connection'
import { forUpdate, insertOrIgnore } from './dialect'

export const nodesMax = 32

/** A node number, ours for ids with times in [fromMs, untilMs()). */
export interface NodeLease {
  readonly node: number
  readonly fromMs: number
  /** Moves on with every renewal. */
  untilMs(): number
}

export interface LeaseOptions {
  leaseMs?: number
  renewEveryMs?: number
  /** Called once, when somebody else has the number: this process must not go on. */
  onLost?: () => void
}
export interface Lease extends NodeLease {
  renew(): Promise<void>
  /** Makes no more ids. The number is free for others when the lease has run out. */
  close(): void
}

/**
 * Leases a free node number, or takes over one whose lease ran out, and renews it until `close`. Throws Error when all
 * are taken.
 */
export async function leaseNode(db: Db, options: LeaseOptions = {}): Promise<Lease> {
  const { leaseMs = 30_000, renewEveryMs = 10_000, onLost } = options
  const token = randomUUID()
  const now = await db.now()
  let untilMs = now + leaseMs
  const { node, fromMs } = await patiently(() => db.write((c) => take(c, token, now, untilMs)))
  const timer = setInterval(() => {
    renew().catch(() => undefined)
  }, renewEveryMs).unref()

  async function renew(): Promise<void> {
    const next = (await db.now()) + leaseMs
    if (await db.write(async (c) => c.run(extend, [next, node, token]))) untilMs = next
    else {
      clearInterval(timer)
      untilMs = 0
      onLost?.()
    }
  }
  return {
    node,
    fromMs,
    untilMs: () => untilMs,
    renew,
    close() {
      clearInterval(timer)
      untilMs = 0
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

/** The lowest number that nobody holds, and the time from which it is ours. */
async function take(
  connection: Connection,
  token: string,
  now: number,
  until: number,
): Promise<{ node: number; fromMs: number }> {
  const insert = insertOrIgnore(connection.dialect, 'nodes', ['id', 'token', 'leased_until'])
  const select = `SELECT id, leased_until FROM nodes ORDER BY id${forUpdate(connection.dialect)}`
  const known = await connection.all<{ id: number; leased_until: number }>(select)
  for (let node = 0; node < nodesMax; node++) {
    const row = known.find(({ id }) => id === node)
    if (row && row.leased_until > now) continue
    const sql = 'UPDATE nodes SET token = ?, leased_until = ? WHERE id = ?'
    const taken = row
      ? await connection.run(sql, [token, until, node])
      : await connection.run(insert, [node, token, until])
    if (taken === 1) return { node, fromMs: row?.leased_until ?? now }
  }
  throw new Error(`all ${nodesMax} node numbers are leased`)
}
