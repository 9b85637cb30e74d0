/**
 * Challenges of proof-of-work, in altcha's first form: a number below `maxNumber` with sha256(salt + number) = challenge. The
 * salt says for whom and until when, and with the number it fits one block of SHA-256; the signature says that it is ours.
 * Nothing is kept until one is answered.
 */
import { createHmac } from 'node:crypto'
import { createChallenge, verifySolution } from 'altcha-lib/v1'
import type { Input, Output } from '../../protocol'
import type { TimeMs } from '../../protocol/ids'
import { limits } from '../../protocol/limits'
import { workOf } from './budgets'

export type Answer = NonNullable<Input<'accounts.signIn'>['answer']>
/** Where a call comes from: keyed hashes, so that the database holds no addresses. */
export interface Whereabouts {
  address: string
  network: string
}
export interface Challenges {
  make(
    accountKey: string,
    address: string,
    failures: number,
    now: TimeMs,
  ): Promise<Output<'accounts.getChallenge'>>
  /** Until when an answer holds; undefined: it is wrong, not ours, or was asked for by another address or account. */
  read(
    answer: Answer,
    accountKey: string,
    address: string,
  ): Promise<{ id: string; expiresAt: TimeMs } | undefined>
  whereabouts(address: string): Whereabouts
}
export interface ChallengesOptions {
  secret: string
  /** Dice. */
  token: (bytes: number) => string
  networkOf: (address: string) => string
  /** Absent: `workOf`. */
  work?: (failures: number) => number
}
const algorithm = 'SHA-256'

export function createChallenges({ secret, token, networkOf, work = workOf }: ChallengesOptions): Challenges {
  const keyed = (purpose: string, text: string): string =>
    createHmac('sha256', secret).update(`${purpose}:${text}`).digest('base64url')
  const hmacKey = keyed('challenge', 'key')
  const ownerOf = (accountKey: string, address: string): string =>
    keyed('challenge of', JSON.stringify([accountKey, address])).slice(0, 16)
  const place = (text: string): string => keyed('place', text).slice(0, 22)

  return {
    async make(accountKey, address, failures, now) {
      const maxNumber = work(failures)
      const until = (now + limits.challengeLifeMs).toString(36)
      const salt = `${token(12)}.${ownerOf(accountKey, address)}.${until}&`
      const number = Buffer.from(token(6), 'base64url').readUIntBE(0, 4) % (maxNumber + 1)
      const { challenge, signature } = await createChallenge({ algorithm, hmacKey, number, salt })
      return { algorithm, challenge, salt, signature, maxNumber }
    },
    async read(answer, accountKey, address) {
      const [, owner, until] = /^[\w-]+\.([\w-]{16})\.([\da-z]{1,10})&$/.exec(answer.salt) ?? []
      if (owner !== ownerOf(accountKey, address)) return undefined
      const solved = await verifySolution({ algorithm, ...answer }, hmacKey, false)
      return solved ? { id: answer.challenge, expiresAt: Number.parseInt(until ?? '', 36) } : undefined
    },
    whereabouts: (address) => ({ address: place(address), network: place(networkOf(address)) }),
  }
}
