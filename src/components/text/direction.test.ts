import { describe, expect, it } from 'vitest'
import { directionOf, isolated } from './direction'

describe("[U2] people's words run", () => {
  it.each([
    'مرحبا',
    'שלום עולם',
    '  123 مرحبا hello',
    '(«שלום»)',
    '👍 مرحبا',
    '١٢٣ مرحبا',
    'ࠀ',
    '\u200f123',
    '\u061c?',
    '𐤀𐤁',
    '\u2066hello\u2069 مرحبا',
    'ﺎ',
    '\n\n- سلام',
  ])('from right to left: %s', (text) => {
    expect(directionOf(text)).toBe('rtl')
  })

  it.each([
    '',
    'hello مرحبا',
    '你好 שלום',
    'こんにちは שלום',
    '123',
    '👍🎉',
    '١٢٣',
    '\u200eمرحبا',
    'Привет مرحبا',
    'é مرحبا',
    '𠮷 مرحبا',
    '\u2067مرحبا\u2069 hello',
    '\u2068مرحبا',
    '\u2069\u2069a مرحبا',
    '!?…',
  ])('from left to right: %s', (text) => {
    expect(directionOf(text)).toBe('ltr')
  })

  it('and turn nothing else round', () => {
    expect(isolated('Ada')).toBe('\u2068Ada\u2069')
    expect(isolated('שלום\u202e\u2069\u2067')).toBe('\u2068שלום\u2069')
    expect(isolated('')).toBe('')
  })
})
