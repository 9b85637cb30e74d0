/** What people may write: texts, names, and notes that may be empty. Rules T. */
import { isHidden } from './hidden-signs'

/** Does it show anything at all (T1)? */
export function hasVisibleSign(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.codePointAt(at) ?? 0
    if (!isHidden(code)) return true
    if (code > 0xffff) at++
  }
  return false
}

/** Is no pair of code units torn in half (T3)? Half a pair is no sign and does not survive a database. */
export const isWhole = (text: string): boolean =>
  !/[\ud800-\udfff]/.test(text.replace(/[\ud800-\udbff][\udc00-\udfff]/g, ''))

/** What is wrong with a text that somebody wants to send. */
export function textFault(text: string): 'hidden' | 'torn' | undefined {
  if (!isWhole(text)) return 'torn'
  return hasVisibleSign(text) ? undefined : 'hidden'
}
export const isText = (text: string): boolean => textFault(text) === undefined

/** A text that may be left out: empty, or one that shows something; without U+0000, which ends a text in some languages. */
export const isNote = (text: string): boolean => text === '' || (isText(text) && !text.includes('\0'))

/** Control signs, line breaks, and signs that turn the direction of what follows. */
const unfitInNames = /[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/
/** Signs of no width that join nothing. Those that join (U+200C, U+200D) are part of emoji and of words. */
const widthless = /[\xad\u200b\u2060-\u2064\ufeff]/g

/** What is wrong with a name (T2). */
export function nameFault(name: string): 'hidden' | 'torn' | 'unfit' | undefined {
  return unfitInNames.test(name) ? 'unfit' : textFault(name)
}
export const isName = (name: string): boolean => nameFault(name) === undefined

/** A name as it is kept (T2): without white space at its ends, with one space for each run of it inside. */
export const tidyName = (name: string): string => name.replace(widthless, '').replace(/\s+/g, ' ').trim()

/** An account as it was meant: what is pasted often brings white space, and signs that show nothing, along. */
export const typedAccount = (text: string): string =>
  tidyName(text.replace(/[\u200c-\u200f\u202a-\u202e\u2066-\u2069]/g, ''))
