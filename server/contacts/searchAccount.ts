import { profileByAccount } from '../accounts'
import { handleRead, ok } from '../handle'
import type { Remember } from './finds'

/** Finds one user by the exact account, whatever its case (C1), and remembers that he may be seen (A21). */
export const searchAccount = (remember: Remember) =>
  handleRead('contacts.searchAccount', async ({ input, caller: { userId }, db, afterwards }) => {
    const profile = (await profileByAccount(db, input.account)) ?? null
    if (profile && profile.id !== userId)
      afterwards(async () => {
        await remember({ userId, foundId: profile.id })
        return undefined
      })
    return ok({ profile })
  })
