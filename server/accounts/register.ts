import type { Input } from '../../protocol'
import type { UserId } from '../../protocol/ids'
import { signsIn, weaknessOf, type Weakness } from '../../protocol/rules/password'
import { isWhole, tidyName } from '../../protocol/rules/words'
import { limits } from '../../protocol/limits'
import { handleWrite, ok, refuse, type Tx } from '../handle'
import type { UsersTable } from '../db/tables'
import type { AccountsDeps } from './deps'
import { toProfile } from './rows'
import { accountKeyOf, opaque } from './rules'
import { openSession } from './session'
import { sortPlaceOf, type SortPlace } from './sort-key'
import { insertUser, userByKey } from './sql'
import { strengthFault } from './strength'

interface Prepared {
  passwordHash: string
  /** Of a repeated call (A7): whether the password is that of the account it made. */
  passwordFits: boolean | undefined
  place: SortPlace
  random: string
  deviceRandom: string
}

/** Makes an account and signs the device in (A1). Repeated with the same clientId and password it signs in (A7). */
export const register = ({ tokens, passwords }: AccountsDeps) =>
  handleWrite<'accounts.register', Prepared>('accounts.register', {
    check({ account, name, password }) {
      const signs = signsIn(opaque(password))
      if (!isWhole(password) || signs < limits.passwordCharsMin || signs > limits.passwordCharsMax)
        return refuse('invalidInput', { path: '/password' })
      return refuseWeak(weaknessOf(opaque(password), [account, name]))
    },

    async prepare({ input, db, tools }) {
      const accountKey = accountKeyOf(input.account)
      const old = await userByKey(db, accountKey)
      const mine = old?.register_client_id === input.clientId
      const weak = old
        ? undefined
        : refuseWeak(strengthFault(opaque(input.password), [input.account, input.name]))
      if (weak) return weak
      if (passwords.isBusy()) return refuse('tooManyRequests', { retryAfterMs: 1_000 })
      return ok({
        passwordFits: mine ? await passwords.fits(input.password, old.password_hash) : undefined,
        passwordHash: old ? '' : await passwords.hash(input.password),
        place: sortPlaceOf(nameOf(input)),
        random: tools.token(32),
        deviceRandom: tools.token(32),
      })
    },

    async run({ input, prepared }, tx) {
      const old = await userByKey(tx.db, accountKeyOf(input.account))
      if (old && old.register_client_id !== input.clientId) return refuse('accountTaken')
      // The same call was made twice at once: the loser comes again, and then `prepare` can check the password.
      if (old && prepared.passwordFits === undefined) return refuse('tooManyRequests', { retryAfterMs: 1 })
      if (old && !prepared.passwordFits) return refuse('conflict')
      const userId = old ? old.id : await addUser(tx, input, prepared)
      const device = { ...input.device, token: prepared.deviceRandom }
      return ok(await openSession(tx, tokens, userId, device, prepared.random))
    },
  })

const refuseWeak = (reason: Weakness | undefined) => reason && refuse('passwordTooWeak', { reason })

/** The name as it is kept (T2): composed, so that it is found and sorted however it was typed. */
const nameOf = ({ name }: Input<'accounts.register'>): string => tidyName(name).normalize('NFC')

/** Id of the new user, who gets his own stream. */
async function addUser(
  tx: Tx,
  input: Input<'accounts.register'>,
  { passwordHash, place }: Prepared,
): Promise<UserId> {
  const id = tx.newId()
  await tx.openStream(id)
  const user: UsersTable = {
    id,
    version: 0,
    account: input.account,
    account_key: accountKeyOf(input.account),
    name: nameOf(input),
    sort_key: place.sortKey,
    letter: place.letter,
    password_hash: passwordHash,
    register_client_id: input.clientId,
    created_at: tx.now(),
  }
  user.version = tx.change(id, (v) => ({ k: 'profile', v, ...toProfile(user), version: v })).v
  await insertUser(tx.db, user)
  return id
}
