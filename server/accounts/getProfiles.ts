import { handleRead, ok } from '../handle'
import { toProfile } from './rows'
import { usersByIds } from './sql'

/** Profiles newer than what the caller has (Y13). */
export const getProfiles = handleRead('accounts.getProfiles', async ({ input, db }) => {
  const have = new Map(input.profiles.map((p) => [p.id, p.have]))
  const users = await usersByIds(db, [...have.keys()])
  return ok({ profiles: users.filter((u) => u.version > (have.get(u.id) ?? 0)).map(toProfile) })
})
