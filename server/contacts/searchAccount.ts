import { profileByAccount } from '../accounts'
import { handleRead, ok } from '../handle'

/** Finds one user by the exact account, whatever its case (C1). */
export const searchAccount = handleRead('contacts.searchAccount', async ({ input, db }) =>
  ok({ profile: (await profileByAccount(db, input.account)) ?? null }),
)
