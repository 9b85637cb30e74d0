/** A user's table row as others and himself see it. */
import type { Profile, ProfileRow } from '../../protocol/records'
import type { UsersTable } from '../db/tables'

export const toProfile = (user: UsersTable): Profile => ({
  id: user.id,
  version: user.version,
  account: user.account,
  name: user.name,
  sortKey: user.sort_key,
  letter: user.letter,
})
export const toProfileRow = (user: UsersTable): ProfileRow => ({
  k: 'profile',
  v: user.version,
  ...toProfile(user),
})
