/** Ids of this process: a leased node number, and a time that nobody else is ahead of. */
import type { Connection, Db } from './db/connection'
import { leaseNode, type Lease, type LeaseOptions } from './db/nodes'
import { idMaker, timeOfId } from './ids'
import { newestChange } from './sync/changes'
import { newestNotice } from './sync/notices'

/**
 * Leases a node number for ids on the database's time, or on that of the newest change or notice if that is later: nodes look
 * for what others wrote near the newest, and would not find what is older (D13).
 */
export async function leaseIds(
  db: Db,
  options: LeaseOptions = {},
): Promise<{ lease: Lease; newId: () => number }> {
  const lease = await leaseNode(db, { ...options, newestMs })
  return { lease, newId: idMaker(lease, lease.now) }
}

const newestMs = async (c: Connection): Promise<number> =>
  timeOfId(Math.max(await newestChange(c), await newestNotice(c)))
