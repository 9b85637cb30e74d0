/** What characters are to an address, by their code: property escapes of regular expressions are not to be had everywhere. */
type Range = readonly [from: number, to: number]
const within = (code: number, ranges: readonly Range[]): boolean =>
  ranges.some(([from, to]) => code >= from && code <= to)

/** Bidi and zero-width signs, joiners, fillers, variation selectors: they are not seen, but change what is. */
const invisible: readonly Range[] = [
  [0x00, 0x20],
  [0x7f, 0xa0],
  [0xad, 0xad],
  [0x034f, 0x034f],
  [0x061c, 0x061c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x2000, 0x206f],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
]
/** Signs that are seen and belong to no address: quotes, punctuation of other scripts, arrows, emoji, full-width forms. */
const signs: readonly Range[] = [
  [0xa1, 0xa9],
  [0xab, 0xb4],
  [0xb6, 0xb9],
  [0xbb, 0xbf],
  [0xd7, 0xd7],
  [0xf7, 0xf7],
  [0x037e, 0x037e],
  [0x0387, 0x0387],
  [0x055a, 0x055f],
  [0x0589, 0x058a],
  [0x05be, 0x05be],
  [0x05c0, 0x05c0],
  [0x05c3, 0x05c3],
  [0x05f3, 0x05f4],
  [0x060c, 0x060d],
  [0x061b, 0x061f],
  [0x06d4, 0x06d4],
  [0x0964, 0x0965],
  [0x104a, 0x104b],
  [0x1680, 0x1680],
  [0x2070, 0x2bff],
  [0x2e00, 0x2e7f],
  [0x3000, 0x303f],
  [0xd800, 0xf8ff],
  [0xfe10, 0xfe6f],
  [0xff00, 0xff65],
  [0xffe0, 0xffff],
]
const cjk: readonly Range[] = [
  [0x1100, 0x11ff],
  [0x2e80, 0x2fdf],
  [0x3005, 0x3007],
  [0x3040, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7ff],
  [0xf900, 0xfaff],
  [0xff66, 0xff9f],
]
/** Hebrew, Arabic, Syriac, Thaana, N'Ko and their presentation forms. */
const rightToLeft: readonly Range[] = [
  [0x0590, 0x08ff],
  [0xfb1d, 0xfdff],
  [0xfe70, 0xfefe],
]
const asciiEnds = '<>"`\\'

/** No address goes on after this UTF-16 unit: white space, what cannot be seen, quotes, emoji, punctuation of CJK. */
export const endsAddress = (code: number): boolean =>
  code < 0x80
    ? code <= 0x20 || code === 0x7f || asciiEnds.includes(String.fromCharCode(code))
    : within(code, invisible) || (within(code, signs) && !isCjk(code))
/** Chinese, Japanese, Korean: written without spaces, so it may follow an address directly. */
export const isCjk = (code: number): boolean => code >= 0x1100 && within(code, cjk)
/** Letters, digits, - and _ of any script: what labels of a host are made of. */
export const isHostLetter = (code: number): boolean =>
  code < 0x80 ? /[\w-]/.test(String.fromCharCode(code)) : !endsAddress(code)
/** A letter that is written from right to left, of the first plane. */
export const isRightToLeft = (code: number): boolean => code >= 0x590 && within(code, rightToLeft)
export const isDigitOrHyphen = (code: number): boolean => code === 0x2d || (code >= 0x30 && code <= 0x39)
export const isAsciiWord = (sign: string): boolean => /^[a-z\d]$/i.test(sign)

/** `opens`, or the bracket that `sign` closes; undefined: no bracket. */
export const bracketPartner = (sign: string): string | undefined =>
  ({ '(': 'opens', '[': 'opens', '{': 'opens', ')': '(', ']': '[', '}': '{' })[sign]
/** What ends a sentence, and brackets that hold nothing. */
export const trailing = ".,;:!?'([{"
