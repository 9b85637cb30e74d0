import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isHidden } from './hidden-signs'
import { hasVisibleSign, isName, isNote, isText, nameFault, textFault, tidyName } from './words'

const sign = (code: number): string => String.fromCodePoint(code)
const range = (first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, n) => sign(first + n))

const hidden: [string, string[]][] = [
  ['white space', [' ', '\t', '\n', '\r', '\u00a0', '\u1680', ...range(0x2000, 0x200a), '\u3000', '\u205f']],
  ['control signs', [...range(0, 0x1f), ...range(0x7f, 0x9f)]],
  [
    'signs of no width',
    [...range(0x200b, 0x200f), ...range(0x2060, 0x206f), '\ufeff', '\u00ad', '\u061c', '\u180e'],
  ],
  ['signs of direction', [...range(0x202a, 0x202e), ...range(0x2066, 0x2069)]],
  ['breaks', ['\u2028', '\u2029', '\u0085']],
  ['fillers', ['\u115f', '\u1160', '\u3164', '\uffa0', '\u2800', '\u034f', '\u17b4', '\ufffc']],
  ['variation selectors', [...range(0xfe00, 0xfe0f), ...range(0xe0100, 0xe01ef), ...range(0x180b, 0x180f)]],
  ['tags', range(0xe0000, 0xe007f)],
  ['signs of music and shorthand', [...range(0x1d173, 0x1d17a), ...range(0x1bca0, 0x1bca3)]],
  [
    'marks without a letter',
    ['\u0301', '\u20e3', '\u0e31', '\u064b', '\u05b0', '\u093c', '\u3099', '\u{1e8d0}'],
  ],
  ['what is no sign', ['\uffff', '\ufdd0', '\u{1fffe}', '\u{10ffff}']],
]
const visible = [
  ...[
    'a',
    '1',
    '.',
    '_',
    '-',
    '·',
    'é',
    'e\u0301',
    '你',
    'ا',
    'א',
    'ก',
    'അ',
    '한',
    'ㄱ',
    'ﾡ',
    'あ',
    '♥',
    '❤️',
    '🙂',
  ],
  ...[
    '👨‍👩‍👧',
    '🏴\u{e0067}\u{e0062}\u{e007f}',
    '🇨🇳',
    '1️⃣',
    '🏽',
    '⠁',
    '\ue000',
    '\ufffd',
    '\u0600',
    '𠮷',
    '﷽',
    '‿',
    '\u0903',
  ],
]

describe('signs', () => {
  it.each(hidden)('[T1] %s show nothing', (_name, signs) => {
    for (const one of signs) {
      expect([one.codePointAt(0)?.toString(16), hasVisibleSign(one)]).toEqual([
        one.codePointAt(0)?.toString(16),
        false,
      ])
      expect(hasVisibleSign(`${one}\u200b ${one}`)).toBe(false)
      expect(hasVisibleSign(`${one}a${one}`)).toBe(true)
    }
  })
  it.each(visible)('[T1] %s shows itself', (one) => {
    expect(hasVisibleSign(one)).toBe(true)
    expect(hasVisibleSign(`\u200b\u0301${one}`)).toBe(true)
  })
  it('[T1] no letter, digit, punctuation or symbol is hidden but those that are drawn as blanks', () => {
    const blanks = new Set([0x115f, 0x1160, 0x3164, 0xffa0, 0x2800, 0xfffc, 0x1d159])
    const lost: string[] = []
    for (let code = 0; code <= 0x10ffff; code++)
      if (isHidden(code) && !blanks.has(code) && /[\p{L}\p{N}\p{P}\p{S}\p{Mc}]/u.test(sign(code)))
        lost.push(code.toString(16))
    expect(lost).toEqual([])
  })
  it('[T1] all that Unicode calls ignorable, control or white space is hidden', () => {
    const shown: string[] = []
    for (let code = 0; code <= 0x10ffff; code++)
      if (
        !isHidden(code) &&
        /[\p{Default_Ignorable_Code_Point}\p{Cc}\p{White_Space}\p{Noncharacter_Code_Point}]/u.test(sign(code))
      )
        shown.push(code.toString(16))
    expect(shown).toEqual([])
  })
})

describe('texts', () => {
  it('[T3] with half a pair of code units are torn', () => {
    for (const torn of ['\ud83d', '\ude00', 'a\ud83d', '\ude00a', '\ude00\ud83d', '🙂\ud83d', '\ud83d🙂'])
      expect([textFault(torn), isName(torn), isNote(torn)]).toEqual(['torn', false, false])
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => textFault(text) !== 'torn'))
  })
  it('[T1] may hold hidden signs beside visible ones', () => {
    for (const text of ['a\u200b', '  你好 🙂 \n', '\u202eabc', 'അവന്\u200d', 'می\u200cخواهم'])
      expect(isText(text)).toBe(true)
    expect(textFault(' \u200b\n')).toBe('hidden')
  })
  it('[T4] that may be left out are empty or show something', () => {
    for (const note of ['', 'hi', 'two\nlines', ' a ']) expect(isNote(note)).toBe(true)
    for (const note of [' ', '\u200b', '\n', 'a\0', '\ud800']) expect(isNote(note)).toBe(false)
  })
})

describe('names', () => {
  it.each([
    'Anna',
    '王小明',
    'Ann Lee',
    'O’Neil-Ø.2',
    '👨‍👩‍👧',
    'അവന്‍',
    'علی\u200cرضا',
    ' Anna ',
    '🏴\u{e0067}\u{e007f}',
  ])('[T2] %j is one', (name) => expect(nameFault(name)).toBeUndefined())
  it.each([
    ...['An\nna', 'Anna\n', '\tAnna', 'A\0', 'A\u001b[31m', 'A\u007f', 'A\u0085', 'A\u2028', 'A\u2029'],
    ...['\u202eannA', 'A\u202a', 'A\u2066b', 'A\u2069'],
  ])('[T2] %j is none', (name) => expect(nameFault(name)).toBe('unfit'))
  it.each(['', ' ', '\u200b', '\u3164', '\u2800\u2800', '\u00ad'])('[T1, T2] %j shows nothing', (name) =>
    expect(nameFault(name)).toBe('hidden'),
  )
  it('[T2] are kept without white space around them and with one space inside', () => {
    expect(tidyName('  Anna \u3000 Lee\u00a0')).toBe('Anna Lee')
    expect(tidyName('\u200b An\u200bna\ufeff \u00ad')).toBe('Anna')
    expect(tidyName('അവന്‍ 👨‍👩‍👧')).toBe('അവന്‍ 👨‍👩‍👧')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const tidy = tidyName(name)
        expect(tidyName(tidy)).toBe(tidy)
        expect(hasVisibleSign(tidy)).toBe(hasVisibleSign(name))
      }),
    )
  })
})
