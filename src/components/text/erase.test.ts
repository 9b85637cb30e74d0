import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dropLast, emojis } from '../emoji'

/** Node's own, as the standard has it. */
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })
const expected = (text: string): string =>
  [...segmenter.segment(text)]
    .slice(0, -1)
    .map(({ segment }) => segment)
    .join('')

describe('[T5] the erase key', () => {
  it.each<[what: string, cluster: string]>([
    ['Malayalam with a joiner at its end', 'ന്\u200d'],
    ['a joiner after a letter', 'a\u200d'],
    ['a letter with a zero-width non-joiner', 'ن\u200c'],
    ['a variation selector after a letter', 'a\ufe0f'],
    ['combining marks', 'e\u0301\u0323\u0302'],
    ['a conjunct of Devanagari', 'क्षि'],
    ['Thai with vowel and tone', 'ที่'],
    ['a flag', '🇨🇳'],
    ['a flag of tags', '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}'],
    ['a skin tone', '👍🏽'],
    ['a family', '👨‍👩‍👧‍👦'],
    ['a rainbow flag', '🏳️‍🌈'],
    ['a keycap', '1️⃣'],
    ['a syllable of Hangul', '각'],
    ['jamo', '\u1112\u1161\u11ab'],
    ['a line break of Windows', '\r\n'],
    ['a line break', '\n'],
    ['half a surrogate pair', '\ud83d'],
    ['the other half', '\udc4d'],
    ['a Han character beyond the first plane', '𠮷'],
  ])('takes %s whole, and nothing before it', (_what, cluster) => {
    expect(dropLast(`前x${cluster}`)).toBe('前x')
    expect(dropLast(cluster)).toBe('')
  })

  it('takes one of two flags, and a joiner that stands alone', () => {
    expect(dropLast('🇨🇳🇩🇪')).toBe('🇨🇳')
    expect(dropLast('🇨🇳🇩')).toBe('🇨🇳')
    expect(dropLast('അവന്\u200d')).toBe('അവ')
    expect(dropLast('hello\n\u200d')).toBe('hello\n')
    expect(dropLast('\u200d')).toBe('')
    expect(dropLast('')).toBe('')
  })

  it('takes every emoji of the panel whole', () => {
    for (const emoji of emojis) expect(dropLast(`a${emoji}`), emoji).toBe('a')
  })

  it('takes what Intl.Segmenter calls the last character, for any text', () => {
    const bits = [
      ...['a', 'é', 'e\u0301', '你', 'ന്', 'ക്ഷ', 'क्', 'ष', 'ك', '각', '\u1100', '\u1161', '\u11a8'],
      ...['👍', '🏽', '👨', '👩', '🇨', '🇳', '❤', '1', '\ufe0f', '\ufe0e', '\u20e3', '\u200d', '\u200c'],
      ...[
        '\u200b',
        '\u0301',
        '\u0903',
        '\u0600',
        '\r',
        '\n',
        '\t',
        ' ',
        '\ud83d',
        '\udc4d',
        '\u2066',
        '\u202e',
      ],
    ]
    const texts = fc.array(fc.constantFrom(...bits), { maxLength: 12 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(texts, (text) => {
        expect(dropLast(text), JSON.stringify(text)).toBe(expected(text))
      }),
      { numRuns: 5_000 },
    )
  })
})
