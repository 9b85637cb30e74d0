/** What somebody shows beside his password: the token of a device that was signed in before, or an answered challenge (A12, A13). */
import type { Input } from '../../protocol'
import type { TimeMs, UserId } from '../../protocol/ids'
import type { Tx } from '../handle'
import type { Connection } from '../db/connection'
import type { Challenges } from './challenges'
import { accountKeyOf } from './rules'
import { deviceTokenByHash, spendChallenge } from './sql'
import { hashOf } from './tokens'

export interface Proof {
  /** Hash of the device token. */
  device?: string
  answer?: { id: string; expiresAt: TimeMs }
  /** Something that was shown does not hold. */
  forged: boolean
}

/** Reads what can be read before the transaction. `userId`: of the account, when there is one. */
export async function readProof(
  db: Connection,
  challenges: Challenges,
  {
    input,
    address,
    userId,
  }: { input: Input<'accounts.signIn'>; address: string; userId: UserId | undefined },
): Promise<Proof> {
  const proof: Proof = { forged: false }
  if (input.deviceToken !== undefined) {
    proof.device = hashOf(input.deviceToken)
    const known = await deviceTokenByHash(db, proof.device)
    proof.forged ||= known === undefined || known.user_id !== userId
  }
  if (input.answer !== undefined) {
    const answer = await challenges.read(input.answer, accountKeyOf(input.account), address)
    if (answer) proof.answer = answer
    else proof.forged = true
  }
  return proof
}

/** Does it hold inside the transaction, too? An answer is spent by this, on every node (A13). */
export async function proofHolds(tx: Tx, proof: Proof): Promise<boolean> {
  if (proof.forged) return false
  const { device, answer } = proof
  if (device !== undefined && !(await deviceTokenByHash(tx.db, device))) return false
  const now = tx.now()
  if (answer && answer.expiresAt <= now) return false
  return !answer || spendChallenge(tx.db, answer.id, answer.expiresAt, now)
}
