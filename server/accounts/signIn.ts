import { handleWrite, ok, refuse, type Tx } from '../handle'
import type { TimeMs } from '../../protocol/ids'
import type { AccountsDeps } from './deps'
import { accountKeyOf, mayBeAccount, waitAfterFailures } from './rules'
import { openSession } from './session'
import { clearFailures, countFailure, failuresOf, setWait, userByKey } from './sql'

interface Prepared {
  userId: number | undefined
  random: string
}

/** Signs a device in (A2, A3). Failures are counted per account, also of accounts that do not exist. */
export const signIn = ({ tokens, passwords }: AccountsDeps) =>
  handleWrite<'accounts.signIn', Prepared>('accounts.signIn', {
    async prepare({ input, db, tools }) {
      const key = accountKeyOf(input.account)
      const waiting = refuseWaiting((await failuresOf(db, key))?.wait_until, tools.now())
      if (waiting) return waiting
      const user = await userByKey(db, key)
      const fits = await passwords.fits(input.password, user?.password_hash)
      return ok({ userId: fits ? user?.id : undefined, random: tools.token(32) })
    },

    async run({ input, prepared }, tx) {
      if (!mayBeAccount(input.account)) return refuse('badCredentials')
      const key = accountKeyOf(input.account)
      const known = await failuresOf(tx.db, key, { lock: true })
      // Others may have failed while this password was checked: the wait holds for every try that comes after them.
      const waiting = refuseWaiting(known?.wait_until, tx.now())
      if (waiting) return waiting
      if (prepared.userId === undefined) {
        await noteFailure(tx, key)
        return refuse('badCredentials', undefined, { keep: true })
      }
      if (known) await clearFailures(tx.db, key)
      return ok(await openSession(tx, tokens, prepared.userId, input.device, prepared.random))
    },
  })

async function noteFailure(tx: Tx, accountKey: string): Promise<void> {
  const wait = waitAfterFailures(await countFailure(tx.db, accountKey))
  if (wait > 0) await setWait(tx.db, accountKey, tx.now() + wait)
}

const refuseWaiting = (until: TimeMs | undefined, now: TimeMs) =>
  until !== undefined && now < until ? refuse('tooManyRequests', { retryAfterMs: until - now }) : undefined
