/** Answers a challenge by trying, as a phone does. */
import { createHash } from 'node:crypto'
import type { Input, Output } from '../../protocol'

export type Challenge = Output<'accounts.getChallenge'>
export type Answer = NonNullable<Input<'accounts.signIn'>['answer']>

export function solve({ challenge, salt, signature, maxNumber }: Challenge): Answer {
  for (let number = 0; number <= maxNumber; number++)
    if (createHash('sha256').update(`${salt}${number}`).digest('hex') === challenge)
      return { challenge, salt, signature, number }
  throw new Error('the challenge has no answer')
}
