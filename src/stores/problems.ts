/** What is wrong with what somebody typed, as a key of the catalogue; undefined when nothing is. */
import { retryOf, type ErrorCode } from '../../protocol/errors'
import { limits } from '../../protocol/limits'
import { isNote, nameFault, tidyName } from '../../protocol/rules/words'

export function accountProblem(account: string): string | undefined {
  if (!account) return 'sign.problem.accountEmpty'
  if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(account)) return 'sign.problem.accountShape'
  const fits = account.length >= limits.accountCharsMin && account.length <= limits.accountCharsMax
  return fits ? undefined : 'sign.problem.accountLength'
}
export function passwordProblem(password: string): string | undefined {
  if (!password) return 'sign.problem.passwordEmpty'
  const fits = password.length >= limits.passwordCharsMin && password.length <= limits.passwordCharsMax
  return fits ? undefined : 'sign.problem.passwordLength'
}
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
