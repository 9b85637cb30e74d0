/**
 * Which way people's words run (U2): by their first letter that has a direction, as `dir="auto"` on H5 finds it. Mini-programs
 * and apps have no such attribute, so a class tells it on every target.
 */
import { isHostLetter, isRightToLeft } from './letters'

export type Direction = 'ltr' | 'rtl'

/** Opens a stretch that says nothing about what is around it, and ends it. */
const isolates = [0x2066, 0x2067, 0x2068]
const isolateEnd = 0x2069
const leftToRightMark = 0x200e
const rightToLeftMarks = [0x200f, 0x061c]
/** Among Hebrew and Arabic: digits, marks over and under letters, signs. */
const arabicWithout = /[\u0591-\u05bd\u0600-\u060f\u0610-\u061a\u064b-\u066c\u06d6-\u06ed\u06f0-\u06f9]/

/** The direction of `text`; `ltr` where no letter tells one. Parts between isolates do not count. */
export function directionOf(text: string): Direction {
  let depth = 0
  for (const letter of text) {
    const code = letter.codePointAt(0) ?? 0
    if (isolates.includes(code)) depth++
    else if (code === isolateEnd) depth = Math.max(0, depth - 1)
    else if (!depth) {
      const direction = ofLetter(letter, code)
      if (direction) return direction
    }
  }
  return 'ltr'
}

function ofLetter(letter: string, code: number): Direction | undefined {
  if (code === leftToRightMark) return 'ltr'
  if (rightToLeftMarks.includes(code)) return 'rtl'
  if (code > 0xffff) return ofAstral(code)
  if (isRightToLeft(code)) return arabicWithout.test(letter) ? undefined : 'rtl'
  if (code < 0x80) return /[a-z]/i.test(letter) ? 'ltr' : undefined
  const isMark = code >= 0x2b9 && code <= 0x36f
  return isHostLetter(code) && !isMark ? 'ltr' : undefined
}
function ofAstral(code: number): Direction | undefined {
  if ((code >= 0x10800 && code <= 0x10fff) || (code >= 0x1e800 && code <= 0x1efff)) return 'rtl'
  return code >= 0x20000 && code <= 0x3ffff ? 'ltr' : undefined
}

/** What may turn round text that stands beside it. */
const bidiSigns = /[\u202a-\u202e\u2066-\u2069]/g

/** A name, to be put into a sentence of another direction: it turns nothing round but itself. */
export const isolated = (name: string): string => name && `\u2068${name.replace(bidiSigns, '')}\u2069`
