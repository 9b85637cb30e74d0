import type { RateLimit } from '../../protocol/define'
import { handleRead, ok, refuse } from '../handle'
import type { Sight } from './deps'
import { toProfile } from './rows'
import { usersByIds } from './sql'

/** Profiles that a user may look for in vain: who guesses ids comes no further (A22). */
export const missLimit: RateLimit = { per: 'user', count: 20, windowMs: 60_000 }

/** Profiles newer than what the caller has (Y13), of people he may know (A21). Others are like ids of nobody. */
export const getProfiles = ({ acquaintances, countMiss }: Sight) =>
  handleRead('accounts.getProfiles', async ({ input, caller: { userId }, db, now, afterwards }) => {
    const have = new Map(input.profiles.map((p) => [p.id, p.have]))
    const ids = [...have.keys()]
    const known = new Set([userId])
    for (const among of acquaintances) for (const id of await among(db, userId, ids, now)) known.add(id)
    const seen = ids.filter((id) => known.has(id))
    afterwards(async () => {
      for (let missed = ids.length - seen.length; missed > 0; missed--) {
        const retryAfterMs = await countMiss(userId)
        if (retryAfterMs > 0) return refuse('tooManyRequests', { retryAfterMs })
      }
      return undefined
    })
    const users = await usersByIds(db, seen)
    return ok({ profiles: users.filter((u) => u.version > (have.get(u.id) ?? 0)).map(toProfile) })
  })
