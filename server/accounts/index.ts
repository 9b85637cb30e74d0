/**
 * accounts: who somebody is, and on which devices he is signed in.
 * Owns users, sessions, device tokens and what guards signing in, the tokens, and the profile row of each user's own stream.
 * Passwords are hashed and checked in `prepare`, before the transaction; tokens are the only proof of who calls.
 * Never knows of conversations or contacts; never tells whether an account exists to somebody who signs in.
 * Later domains may call `profileOf` and `profileByAccount`.
 */
import type { UserId } from '../../protocol/ids'
import type { Profile } from '../../protocol/records'
import type { Connection } from '../db/connection'
import type { RowSource } from '../sync/sources'
import type { AccountsDeps, Sight } from './deps'
import { getChallenge } from './getChallenge'
import { getProfiles, missLimit } from './getProfiles'
import { refresh } from './refresh'
import { register } from './register'
import { toProfile, toProfileRow } from './rows'
import { accountKeyOf, mayBeAccount } from './rules'
import { signIn } from './signIn'
import { signOut } from './signOut'
import { changedUser, userByKey, usersByIds } from './sql'

export { createAuthenticate, sessionIsOpen, type Authenticate } from './authenticate'
export { createChallenges, type Challenges } from './challenges'
export { createPasswords, productionCost, type PasswordCost, type Passwords } from './passwords'
export { createTokens, type SessionFacts, type Tokens } from './tokens'
export { missLimit }
export type { AccountsDeps, Acquaintances, Sight } from './deps'

/** Profile of a user; undefined when there is none with this id. */
export async function profileOf(db: Connection, id: UserId): Promise<Profile | undefined> {
  const [user] = await usersByIds(db, [id])
  return user && toProfile(user)
}

/** Profile of the user with this account, whatever its case (C1). */
export async function profileByAccount(db: Connection, account: string): Promise<Profile | undefined> {
  // Folding turns some signs into letters that they are not: the Kelvin sign into k.
  const user = mayBeAccount(account) ? await userByKey(db, accountKeyOf(account)) : undefined
  return user && toProfile(user)
}

/** The user's own profile in his stream. */
export const accountsSources: readonly RowSource[] = [
  {
    of: 'user',
    changed: async (db, stream, _viewer, since) => (await changedUser(db, stream, since)).map(toProfileRow),
  },
]

export const accountsHandlers = (deps: AccountsDeps, sight: Sight) => ({
  'accounts.register': register(deps),
  'accounts.signIn': signIn(deps),
  'accounts.getChallenge': getChallenge(deps),
  'accounts.refresh': refresh(deps),
  'accounts.signOut': signOut,
  'accounts.getProfiles': getProfiles(sight),
})
