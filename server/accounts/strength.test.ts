import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { dictionary } from '@zxcvbn-ts/language-common'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { weaknessOf } from '../../protocol/rules/password'
import { strengthFault } from './strength'

const anna = ['anna_2020', 'Anna Lee']

describe('strengthFault', () => {
  it.each([
    ['12345678', 'sequence'],
    ['password', 'common'],
    ['        ', 'repeated'],
    ['corvette1', 'common'],
    ['wolverin1', 'common'],
    ['20200101', 'guessable'],
    ['anna_2020x', 'personal'],
    ['horsehorsehorse', 'repeated'],
    ['secret-8', 'common'],
    ['a'.repeat(128), 'repeated'],
    ['password'.repeat(16), 'repeated'],
  ])('[A20] refuses %s as %s', (password, why) => {
    expect(strengthFault(password, anna)).toBe(why)
  })
  it.each([
    ...[
      'correct horse 1',
      'kX7#pQ2m',
      'j8f2k9s1',
      'a horse and a battery',
      '今天天气很好我们走',
      `${'a'.repeat(60)}kX7#pQ2m`,
    ],
    ...[`${'1'.repeat(100)} my own words`, 'long enough'],
  ])('[A20] takes %s', (password) => {
    expect(strengthFault(password, anna)).toBeUndefined()
  })
  it('[A20] refuses the thousand most used passwords, and the phone tells most of them by itself', () => {
    const used = dictionary['passwords-common'].filter((password) => password.length >= 8).slice(0, 1_000)
    expect(used.filter((password) => !strengthFault(password, anna))).toEqual([])
    const told = used.slice(0, 60).filter((password) => weaknessOf(password, anna))
    expect(told.length).toBeGreaterThan(50)
  })
  it('[A20] asks the library about 32 signs of each end at most, whose work grows with the square of their number', () => {
    const asked = vi.spyOn(ZxcvbnFactory.prototype, 'check')
    for (const password of ['19871234'.repeat(16), 'kX7#pQ2mZ9'.repeat(50), 'a'.repeat(512)])
      strengthFault(password, anna)
    expect(asked.mock.calls.length).toBeLessThanOrEqual(6)
    expect(asked.mock.calls.filter(([text]) => text.length > 32)).toEqual([])
  })
  it('[A20] throws at no text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => void strengthFault(text, [text])),
      { numRuns: 50 },
    )
  })
})
