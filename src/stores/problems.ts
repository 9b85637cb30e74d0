/** What is wrong with what somebody typed, as a key of the catalogue; undefined when nothing is. */
import { retryOf, type ErrorCode } from '../../protocol/errors'
import { limits } from '../../protocol/limits'

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
  return name.length <= limits.nameCharsMax ? undefined : 'sign.problem.nameLength'
}

/** The same may succeed when it is tried again. */
export const mayPass = (code: ErrorCode): boolean => retryOf(code) !== 'never'
