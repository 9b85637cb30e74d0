import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { signsIn, weaknessOf } from './password'

const anna = ['anna_2020', 'Anna Lee']

describe('weaknessOf', () => {
  it.each([
    ...[
      'password',
      'PASSWORD',
      'Password1',
      'password123',
      'Passw0rd!',
      'p@$$w0rd',
      'drowssap',
      'iloveyou',
      'iloveyou1',
    ],
    ...[
      'qwerty2024',
      'letmein!',
      'welcome1',
      'sunshine',
      '123password',
      'admin123',
      'trustno1',
      'dragon2024',
      'football',
    ],
    ...['woaini1314', '5201314a', 'woaiwojia', 'tokenim123', 'wechat888', 'baseball', 'monkey12'],
  ])('[A20] %s is common', (password) => expect(weaknessOf(password, anna)).toBe('common'))
  it.each([
    '        ',
    '11111111',
    'aaaaaaaa',
    'abababab',
    'ABCDabcd',
    '12341234',
    '密码密码密码密码',
    '🙂🙂🙂🙂🙂🙂🙂🙂',
    '. . . . .',
  ])('[A20] %j is repeated', (password) => expect(weaknessOf(password, anna)).toBe('repeated'))
  it.each([
    ...[
      '12345678',
      '123456789',
      '1234567890',
      '87654321',
      'abcdefgh',
      'qwertyuiop',
      'asdfghjkl',
      'ABCdef123',
      '1qaz2wsx',
    ],
    ...[
      'abcd1234',
      'qwer1234',
      'asdf4321',
      '111222333',
      'zxcvbnm123',
      '147258369',
      '!@#$%^&*',
      'qweasdzxc',
      '1q2w3e4r',
    ],
  ])('[A20] %s is a sequence', (password) => expect(weaknessOf(password, anna)).toBe('sequence'))
  it.each(['anna_2020', 'ANNA_2020', 'anna_20201', '0202_anna', 'Anna Lee', 'anna lee!', '1anna lee'])(
    '[A20] %s is personal',
    (password) => expect(weaknessOf(password, anna)).toBe('personal'),
  )
  it.each([
    ...[
      'correct horse 1',
      'Tr0ub4dor&3',
      'kX7#pQ2m',
      'a horse and a battery',
      'пароль мой',
      '今天天气很好我们走',
      'anna loves cats',
    ],
    ...['hunter of stars', 'j8f2k9s1', 'sunshine and rain'],
  ])('[A20] %s is not seen to be weak', (password) => expect(weaknessOf(password, anna)).toBeUndefined())
  it('[A20] knows nobody by an empty or a short name', () => {
    for (const name of ['', ' ', 'a', 'Bo']) expect(weaknessOf('kX7#pQ2m', [name])).toBeUndefined()
  })
  it('[A20] looks at every text in bounded time, and throws at none', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (text) => {
        weaknessOf(text, [text.slice(1)])
      }),
    )
  })
})

it('[A20] a sign is a sign, of however many code units', () => {
  expect(['abc', '🙂🙂', '密码', '𠮷a'].map(signsIn)).toEqual([3, 2, 2, 2])
})
