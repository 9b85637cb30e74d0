/** Whether a node can serve: what /readyz answers (D7). */
import type { Db } from './db/connection'

const clockSkewMsMax = 2_000
const answerWithinMs = 2_000

/** Why this node should get no traffic; undefined: it is ready. Waits two seconds for the database at most. */
export async function unreadyBecause(
  db: Pick<Db, 'now'>,
  clock: () => number,
  withinMs = answerWithinMs,
): Promise<string | undefined> {
  const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), withinMs).unref())
  const now = await Promise.race([db.now().catch(() => undefined), late])
  if (now === undefined) return 'the database does not answer'
  const skew = Math.abs(now - clock())
  return skew > clockSkewMsMax ? `the clock is ${skew} ms off the database's` : undefined
}
