/** Where a name stands in an address book (C5). */
import { pinyin } from 'pinyin-pro'

export interface SortPlace {
  /** ASCII; syllables and words are parted by one space, so that 西安 comes before 先. */
  sortKey: string
  /** A to Z, or # for names that start with anything else. */
  letter: string
}

/** Letters that Unicode does not take apart into a base and a mark. */
const ligatures: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ı: 'i',
  ħ: 'h',
}

/** One character as ASCII: folded where it has a Latin reading, else its code point, which sorts after all letters. */
function fold(char: string): string {
  const lower = char.toLowerCase()
  const latin = ligatures[lower] ?? lower.normalize('NFKD').replace(/\p{M}/gu, '')
  if (/^[\x20-\x7e]*$/.test(latin)) return latin.toLowerCase()
  return `~${char.codePointAt(0)?.toString(16).padStart(5, '0') ?? ''}`
}

/** Pinyin of Han text (a surname at the head is read as one: 曾 zeng, 单 shan), folded letters of the rest. */
export function sortPlaceOf(name: string): SortPlace {
  const parts = pinyin(name.trim(), {
    toneType: 'none',
    type: 'array',
    surname: 'head',
    nonZh: 'consecutive',
    v: true,
  })
  const sortKey = parts
    .map((part) => Array.from(part, fold).join(''))
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim()
  const first = sortKey.charAt(0).toUpperCase()
  return { sortKey, letter: /[A-Z]/.test(first) ? first : '#' }
}
