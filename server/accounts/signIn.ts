import { handleWrite, ok, refuse, type Tx } from '../handle'
import { decideTry, failuresKeptMs } from './budgets'
import type { AccountsDeps } from './deps'
import { charge, chargeForged, guessingOf, notePlace, type Try } from './guesses'
import { proofHolds, readProof } from './proof'
import { accountKeyOf, mayBeAccount } from './rules'
import { openSession } from './session'
import { countFailure, holdFailures, prune, userByKey } from './sql'

interface Prepared {
  /** The password was looked at, and whose it is. */
  checked: boolean
  userId: number | undefined
  attempt: Try
  random: string
  deviceRandom: string
}

/** Signs a device in (A2, A11 to A14). Failures are counted per account, also of accounts that do not exist. */
export const signIn = ({ tokens, passwords, challenges }: AccountsDeps) =>
  handleWrite<'accounts.signIn', Prepared>('accounts.signIn', {
    async prepare({ input, caller, db, tools }) {
      const accountKey = accountKeyOf(input.account)
      const address = caller.kind === 'system' ? 'system' : caller.address
      const user = await userByKey(db, accountKey)
      const proof = await readProof(db, challenges, { input, address, userId: user?.id })
      const attempt = { accountKey, proof, from: challenges.whereabouts(address) }
      const given = {
        checked: false,
        userId: undefined,
        attempt,
        random: tools.token(32),
        deviceRandom: tools.token(32),
      }
      // No password is hashed for who may not try. What he showed is counted and spent inside.
      if (proof.forged) return ok(given)
      const verdict = decideTry(await guessingOf(db, attempt), tools.now())
      if (!verdict.may && !proof.answer) return refuse('challengeNeeded', { retryAfterMs: verdict.waitMs })
      if (!verdict.may) return ok(given)
      if (passwords.isBusy()) return refuse('tooManyRequests', { retryAfterMs: 1_000 })
      const fits = await passwords.fits(input.password, user?.password_hash)
      return ok({ ...given, checked: true, userId: fits ? user?.id : undefined })
    },

    async run({ input, prepared }, tx) {
      const { attempt, checked, userId, random, deviceRandom } = prepared
      if (!mayBeAccount(input.account)) return refuse('badCredentials')
      const { accountKey, proof } = attempt
      // Others may have failed while this password was checked: from here on they come one after the other.
      await holdFailures(tx.db, accountKey)
      if (!(await proofHolds(tx, proof))) return noteForged(tx, accountKey)
      const now = tx.now()
      const verdict = decideTry(await guessingOf(tx.db, attempt), now)
      if (proof.answer) await notePlace(tx.db, attempt, now, false)
      // A try may have become free since `prepare`; it is for who comes again.
      if (!verdict.may || !checked) {
        const retryAfterMs = verdict.may ? 1 : verdict.waitMs
        return proof.answer
          ? refuse('tooManyRequests', { retryAfterMs }, { keep: true })
          : refuse('challengeNeeded', { retryAfterMs })
      }
      if (userId === undefined) {
        await charge(tx.db, attempt, verdict.from, now)
        await noteFailure(tx, accountKey)
        return refuse('badCredentials', undefined, { keep: true })
      }
      await notePlace(tx.db, attempt, now, true)
      const device = { ...input.device, token: input.deviceToken ?? deviceRandom }
      return ok(await openSession(tx, tokens, userId, device, random))
    },
  })

async function noteFailure(tx: Tx, accountKey: string): Promise<void> {
  const now = tx.now()
  await countFailure(tx.db, accountKey, now, failuresKeptMs)
  await prune(tx.db, now)
}

async function noteForged(tx: Tx, accountKey: string) {
  await chargeForged(tx.db, accountKey, tx.now())
  await noteFailure(tx, accountKey)
  return refuse('challengeFailed', undefined, { keep: true })
}
