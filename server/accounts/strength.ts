/** How hard a password is to guess, with the lists and the arithmetic of zxcvbn (A20). Takes a few milliseconds: bounded by `partSigns`. */
import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common'
import { weaknessOf, type Weakness } from '../../protocol/rules/password'

/** The work grows with the square of the length: 6 ms for so many signs, 60 ms for 128. */
const partSigns = 32
/** zxcvbn calls 0 and 1 guessable: fewer than a hundred million tries. */
const trivialMax = 1

/** Made with the first password: it takes 0.1 s. */
let made: ZxcvbnFactory | undefined
const judge = () =>
  (made ??= new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs, l33tMaxSubstitutions: 10 }))

const reasons: Partial<Record<string, Weakness>> = {
  topTen: 'common',
  topHundred: 'common',
  common: 'common',
  similarToCommon: 'common',
  simpleRepeat: 'repeated',
  extendedRepeat: 'repeated',
  sequences: 'sequence',
  straightRow: 'sequence',
  keyPattern: 'sequence',
  userInputs: 'personal',
}

/** Why a password is too weak; undefined: it is not. `personal`: what others know of its owner. */
export function strengthFault(password: string, personal: readonly string[]): Weakness | undefined {
  const seen = weaknessOf(password, personal)
  if (seen) return seen
  // A long password is as hard as its harder end, at least.
  const parts =
    password.length > partSigns ? [password.slice(0, partSigns), password.slice(-partSigns)] : [password]
  let weakness: Weakness | undefined
  for (const part of parts) {
    const { score, feedback } = judge().check(part, [...personal, 'tokenim'])
    if (score > trivialMax) return undefined
    weakness ??= reasons[feedback.warning ?? ''] ?? 'guessable'
  }
  return weakness
}
