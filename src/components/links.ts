/**
 * Addresses in a text, so that they can be tapped (U3). One pass from left to right: every character is looked at a bounded
 * number of times.
 */
import {
  bracketPartner,
  endsAddress,
  isAsciiWord,
  isCjk,
  isDigitOrHyphen,
  isHostLetter,
  isRightToLeft,
  trailing,
} from './text/letters'

/** Parts of a text, so that links can be tapped. */
export interface TextPart {
  text: string
  link: boolean
}

const candidate = /https?:\/\/|www\.|@/gi
const hostCharsMax = 253
const mailNameCharsMax = 64
/** Name, host and port before the first slash. */
const authorityCharsMax = mailNameCharsMax + hostCharsMax

/** The parts of a text in order; joined they are the text. */
export function partsOf(text: string): TextPart[] {
  const parts: TextPart[] = []
  let told = 0
  candidate.lastIndex = 0
  for (let match = candidate.exec(text); match; match = candidate.exec(text)) {
    const { from, to, link } = linkAt(text, match[0].toLowerCase(), match.index, told)
    candidate.lastIndex = Math.max(candidate.lastIndex, to)
    if (!link) continue
    if (from > told) parts.push({ text: text.slice(told, from), link: false })
    parts.push({ text: text.slice(from, to), link })
    told = to
  }
  if (told < text.length) parts.push({ text: text.slice(told), link: false })
  return parts
}

/** What a tap on a link opens: the very text, with what a person leaves out. */
export function addressOf(link: string): string {
  if (/^https?:\/\//i.test(link)) return link
  return /^[^/?#]*@/.test(link) ? `mailto:${link}` : `https://${link}`
}

/** A link, or what was looked at in vain. */
interface Found {
  from: number
  to: number
  link: boolean
}
function linkAt(text: string, sign: string, at: number, told: number): Found {
  if (sign === '@') return mailAt(text, at, told)
  return sign === 'www.' ? wwwAt(text, at) : httpAt(text, at, at + sign.length)
}

function httpAt(text: string, at: number, start: number): Found {
  const nothing = { from: at, to: start, link: false }
  if (isAsciiWord(text.charAt(at - 1))) return nothing
  // Before an @ stands a name that looks like a host: such an address leads elsewhere than it seems to.
  const authority = authorityEnd(text, start)
  if (text.slice(start, authority).includes('@')) return { ...nothing, to: authority }
  const host = hostEnd(text, start)
  return host === start ? nothing : { from: at, to: tailEnd(text, portEnd(text, host)), link: true }
}

function wwwAt(text: string, at: number): Found {
  const nothing = { from: at, to: at + 4, link: false }
  const before = text.charAt(at - 1)
  if (isAsciiWord(before) || (before !== '' && '.-_/@'.includes(before))) return nothing
  const host = hostEnd(text, at)
  if (text.slice(at, host).split('.').length < 3 || text[host] === '@') return nothing
  return { from: at, to: tailEnd(text, portEnd(text, host)), link: true }
}

function mailAt(text: string, at: number, told: number): Found {
  const first = Math.max(told, at - mailNameCharsMax - 1)
  let from = at
  while (from > first && /[\w.%+-]/.test(text.charAt(from - 1))) from--
  const name = text.slice(from, at)
  const to = hostEnd(text, at + 1)
  const isName = name.length <= mailNameCharsMax && /^[^.]+(\.[^.]+)*$/.test(name)
  const isHost = /\.([a-z]{2,}|xn--[a-z0-9-]+)$/i.test(text.slice(at + 1, to))
  const chained = text[to] === '@' || text[from - 1] === '@'
  return isName && isHost && !chained ? { from, to, link: true } : { from: at, to: at + 1, link: false }
}

/** Where the part of an address between // and the next / ends. */
function authorityEnd(text: string, from: number): number {
  const last = Math.min(text.length, from + authorityCharsMax)
  let to = from
  while (to < last && !'/?#'.includes(text.charAt(to)) && !endsAddress(text.charCodeAt(to))) to++
  return to
}

/** Where the host ends that begins at `from`: labels with dots between them, or numbers in brackets; `from`: none begins. */
function hostEnd(text: string, from: number): number {
  const bracketed = /^\[[\da-f:.]{2,45}\]/i.exec(text.slice(from, from + 47))
  if (bracketed) return from + bracketed[0].length
  const last = Math.min(text.length, from + hostCharsMax + 1)
  const begin = /^www\./i.test(text.slice(from, from + 4)) ? from + 4 : from
  const inHan = isCjk(text.charCodeAt(begin))
  let end = from
  for (let at = from; at < last; at = end + 1) {
    const label = labelEnd(text, at, last, inHan)
    if (label === at) break
    end = label
    if (text[end] !== '.') break
  }
  while (end > from && '-_'.includes(text.charAt(end - 1))) end--
  const host = text.slice(from, end)
  const isNumber = /(^|\.)\d+$/.test(host) && !/^\d{1,3}(\.\d{1,3}){3}$/.test(host)
  return isNumber || host.length > hostCharsMax ? from : end
}
/**
 * Han text may follow an address directly: it belongs to it only in labels of Han, in a host that begins with one. A label is
 * written from left to right or from right to left, not both.
 */
function labelEnd(text: string, from: number, last: number, inHan: boolean): number {
  const first = text.charCodeAt(from)
  const han = inHan && isCjk(first)
  const toLeft = isRightToLeft(first)
  const belongs = (code: number): boolean =>
    isHostLetter(code) &&
    (han || !isCjk(code)) &&
    (toLeft ? isRightToLeft(code) || isDigitOrHyphen(code) : !isRightToLeft(code))
  let at = from
  while (at < last && belongs(text.charCodeAt(at))) at++
  return at
}
function portEnd(text: string, from: number): number {
  const port = /^:\d{1,5}(?!\d)/.exec(text.slice(from, from + 7))
  return port ? from + port[0].length : from
}

/** Where path, query and fragment end: brackets that were opened in them are part of them, punctuation at the end is not. */
function tailEnd(text: string, from: number): number {
  if (!/^[/?#]/.test(text.charAt(from))) return from
  const open: string[] = []
  let to = from
  for (; to < text.length; to++) {
    const code = text.charCodeAt(to)
    if (endsAddress(code) || isCjk(code)) break
    const partner = bracketPartner(text.charAt(to))
    if (partner === 'opens') open.push(text.charAt(to))
    else if (partner !== undefined && open.pop() !== partner) break
  }
  while (to > from && trailing.includes(text.charAt(to - 1))) to--
  return to
}
