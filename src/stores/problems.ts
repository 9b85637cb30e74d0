/** What is wrong with what somebody typed, as a key of the catalogue; undefined when nothing is. */
import { retryOf, type ErrorCode, type Failure } from '../../protocol/errors'
import { limits } from '../../protocol/limits'
import { signsIn, weaknessOf, type Weakness } from '../../protocol/rules/password'
import { isNote, nameFault, tidyName } from '../../protocol/rules/words'

export function accountProblem(account: string): string | undefined {
  if (!account) return 'sign.problem.accountEmpty'
  if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(account)) return 'sign.problem.accountShape'
  const fits = account.length >= limits.accountCharsMin && account.length <= limits.accountCharsMax
  return fits ? undefined : 'sign.problem.accountLength'
}
/** `personal`: the account and the name it is for. */
export function passwordProblem(password: string, personal: readonly string[]): string | undefined {
  if (!password) return 'sign.problem.passwordEmpty'
  const signs = signsIn(password)
  if (signs < limits.passwordCharsMin || signs > limits.passwordCharsMax) return 'sign.problem.passwordLength'
  const weakness = weaknessOf(password, personal)
  return weakness && `${weak}${weakness}`
}
/** Of what may be said while somebody still types: more of the same makes it no better. */
export const isWeak = (problem: string | undefined): boolean => problem?.startsWith(weak) ?? false
const weak = 'sign.weak.'

/** The server's word on signing in or up. What it finds weak, a phone cannot always tell. */
export const refusalOf = ({ code, data }: Failure): string =>
  code === 'passwordTooWeak' && weaknesses.has(data?.reason) ? `${weak}${data?.reason}` : `error.${code}`
const weaknesses = new Set<unknown>([
  'common',
  'repeated',
  'sequence',
  'personal',
  'guessable',
] satisfies Weakness[])

export function nameProblem(name: string): string | undefined {
  if (!/\S/.test(name)) return 'sign.problem.nameEmpty'
  const fault = nameFault(name)
  if (fault) return fault === 'hidden' ? 'sign.problem.nameHidden' : 'sign.problem.nameSigns'
  return tidyName(name).length <= limits.nameCharsMax ? undefined : 'sign.problem.nameLength'
}
/** Of what is said along with a request (T4). */
export const noteProblem = (note: string): string | undefined =>
  isNote(note.trim()) ? undefined : 'room.fault.hidden'

export { typedAccount } from '../../protocol/rules/words'

/** The same may succeed when it is tried again. */
export const mayPass = (code: ErrorCode): boolean => retryOf(code) !== 'never'
