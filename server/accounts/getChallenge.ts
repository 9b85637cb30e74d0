import { handleRead, ok } from '../handle'
import type { AccountsDeps } from './deps'
import { accountKeyOf } from './rules'
import { failuresOf } from './sql'

/** A challenge for one sign-in of this account from this address (A13). Whether the account exists plays no part. */
export const getChallenge = ({ challenges }: AccountsDeps) =>
  handleRead('accounts.getChallenge', async ({ input, caller, db, now }) => {
    const accountKey = accountKeyOf(input.account)
    const address = caller.kind === 'system' ? 'system' : caller.address
    return ok(await challenges.make(accountKey, address, await failuresOf(db, accountKey, now), now))
  })
