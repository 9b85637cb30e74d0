/** Answers challenges by trying, as a phone does. */
import { createHash } from 'node:crypto'
import type { Input, Output } from '../../protocol'

export type Challenge = Output<'accounts.getChallenge'>
export type Answer = NonNullable<Input<'accounts.signIn'>['answer']>

/** The number that a challenge hides; undefined: none. */
export function numberIn({
  challenge,
  salt,
  maxNumber,
}: Pick<Challenge, 'challenge' | 'salt' | 'maxNumber'>) {
  for (let number = 0; number <= maxNumber; number++)
    if (createHash('sha256').update(`${salt}${number}`).digest('hex') === challenge) return number
  return undefined
}

export function solve(made: Challenge): Answer {
  const number = numberIn(made)
  if (number === undefined) throw new Error('the challenge has no answer')
  const { challenge, salt, signature } = made
  return { challenge, salt, signature, number }
}
