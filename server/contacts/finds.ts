/** Whom somebody found by the exact account, kept for a while (A21): on every node, and after a restart. */
import type { TimeMs, UserId } from '../../protocol/ids'
import type { Connection } from '../db/connection'
import { ok, type Tx } from '../handle'
import { acquaintedWith, pruneFinds, putFind } from './sql'

const findsKeptMs = 7 * 24 * 3600_000
/** For each user. Who is forgotten can be found again. */
const findsKeptMax = 100

export interface Find {
  userId: UserId
  foundId: UserId
}
/** Keeps a find. Resolves when it is durable, or could not be kept: then its profile cannot be fetched anew, and no more. */
export type Remember = (find: Find) => Promise<unknown>

/** The write behind `Remember`; no operation, so no transport reaches it. */
export const noteFind = {
  lane: ({ input }: { input: unknown }): UserId => (input as Find).userId,
  async run({ input }: { input: unknown }, tx: Tx) {
    const { userId, foundId } = input as Find
    const now = tx.now()
    await putFind(tx.db, userId, foundId, now)
    await pruneFinds(tx.db, userId, { since: now - findsKeptMs, now, kept: findsKeptMax })
    return ok({})
  },
}

/** Whom of `ids` a user may know by contacts, requests and finds (A21). */
export const contactsAcquaintances = (
  db: Connection,
  user: UserId,
  ids: readonly UserId[],
  now: TimeMs,
): Promise<UserId[]> => acquaintedWith(db, user, ids, now - findsKeptMs)
