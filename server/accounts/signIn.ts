import { handleWrite, ok, refuse, type Tx } from '../handle'
import type { TimeMs } from '../../protocol/ids'
import type { AccountsDeps } from './deps'
import { accountKeyOf, forgetFailuresMs, mayBeAccount, waitAfterFailures, waitLeftMs } from './rules'
import { openSession } from './session'
import { clearFailures, countFailure, failuresOf, pruneFailures, setWait, userByKey } from './sql'

interface Prepared {
  userId: number | undefined
  random: string
}

/** Signs a device in (A2, A3). Failures are counted per account, also of accounts that do not exist. */
export const signIn = ({ tokens, passwords }: AccountsDeps) =>
  handleWrite<'accounts.signIn', Prepared>('accounts.signIn', {
    async prepare({ input, db, tools }) {
      const key = accountKeyOf(input.account)
      const waiting = refuseWaiting(await failuresOf(db, key), tools.now())
      if (waiting) return waiting
      const user = await userByKey(db, key)
      if (passwords.isBusy()) return refuse('tooManyRequests', { retryAfterMs: 1_000 })
      const fits = await passwords.fits(input.password, user?.password_hash)
      return ok({ userId: fits ? user?.id : undefined, random: tools.token(32) })
    },

    async run({ input, prepared }, tx) {
      if (!mayBeAccount(input.account)) return refuse('badCredentials')
      const key = accountKeyOf(input.account)
      const known = await failuresOf(tx.db, key, { lock: true })
      // Others may have failed while this password was checked: the wait holds for every try that comes after them.
      const waiting = refuseWaiting(known, tx.now())
      if (waiting) return waiting
      if (prepared.userId === undefined) return noteFailure(tx, key)
      if (known) await clearFailures(tx.db, key)
      return ok(await openSession(tx, tokens, prepared.userId, input.device, prepared.random))
    },
  })

/** Before the first failure there was no row to lock: whoever counted meanwhile is seen here, and may make this one wait. */
async function noteFailure(tx: Tx, accountKey: string) {
  const now = tx.now()
  const { failures, wait_until } = await countFailure(tx.db, accountKey)
  const waiting = refuseWaiting({ failures: failures - 1, wait_until }, now)
  if (waiting) return waiting
  await setWait(tx.db, accountKey, now + waitAfterFailures(failures))
  await pruneFailures(tx.db, now - forgetFailuresMs)
  return refuse('badCredentials', undefined, { keep: true })
}

function refuseWaiting(known: { failures: number; wait_until: TimeMs } | undefined, now: TimeMs) {
  const retryAfterMs = known ? waitLeftMs(known.failures, known.wait_until, now) : 0
  return retryAfterMs > 0 ? refuse('tooManyRequests', { retryAfterMs }) : undefined
}
