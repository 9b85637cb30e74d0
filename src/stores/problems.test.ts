import { expect, it } from 'vitest'
import { isWeak, nameProblem, noteProblem, passwordProblem, refusalOf, typedAccount } from './problems'

it.each([
  ['', 'sign.problem.nameEmpty'],
  [' ', 'sign.problem.nameEmpty'],
  ['\u200b', 'sign.problem.nameHidden'],
  ['\u3164\u2800', 'sign.problem.nameHidden'],
  ['An\nna', 'sign.problem.nameSigns'],
  ['\u202eannA', 'sign.problem.nameSigns'],
  ['a'.repeat(21), 'sign.problem.nameLength'],
  [`  ${'a'.repeat(20)} `, undefined],
  ['👨‍👩‍👧', undefined],
])('[T2, T4] the name %j: %s', (name, problem) => {
  expect(nameProblem(name)).toBe(problem)
})

it('[T4] a note may be left out, and otherwise has to show something', () => {
  expect(['', ' ', 'hi'].map(noteProblem)).toEqual([undefined, undefined, undefined])
  expect(noteProblem('\u200b')).toBe('room.fault.hidden')
})

it('[C1] an account is what is left without the signs that were pasted along', () => {
  expect(['anna', ' anna\u00a0', '\u202aan\u200bna\u202c', '\ufeffanna\u200e'].map(typedAccount)).toEqual([
    ...['anna', 'anna', 'anna', 'anna'],
  ])
  expect(typedAccount('an na')).toBe('an na')
})

it.each([
  ['', 'sign.problem.passwordEmpty'],
  ['kX7#pQ2', 'sign.problem.passwordLength'],
  ['🙂🙂🙂🙂', 'sign.problem.passwordLength'],
  ['kX7#'.repeat(32) + 'p', 'sign.problem.passwordLength'],
  ['12345678', 'sign.weak.sequence'],
  ['password', 'sign.weak.common'],
  ['        ', 'sign.weak.repeated'],
  ['anna_2020', 'sign.weak.personal'],
  ['correct horse 1', undefined],
])('[A20] the password %j: %s', (password, problem) => {
  expect(passwordProblem(password, ['anna_2020', 'Anna'])).toBe(problem)
  expect(isWeak(problem)).toBe(problem?.startsWith('sign.weak.') ?? false)
})

it("[A20] says the server's reason in the user's words", () => {
  const refused = (reason: string) => refusalOf({ code: 'passwordTooWeak', data: { reason } })
  expect(refused('guessable')).toBe('sign.weak.guessable')
  expect(refused('of a newer server')).toBe('error.passwordTooWeak')
  expect(refusalOf({ code: 'accountTaken' })).toBe('error.accountTaken')
})
