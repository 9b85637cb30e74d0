/** Parts of a text, so that links can be tapped. */
export interface TextPart {
  text: string
  link: boolean
}

/** http(s) addresses; punctuation that ends a sentence does not belong to them. */
const address = /https?:\/\/[^\s<>"'\u3000-\u303f\uff00-\uffef\u4e00-\u9fff]+/gi
const trailing = /[.,;:!?)\]}]+$/

export function partsOf(text: string): TextPart[] {
  const parts: TextPart[] = []
  let at = 0
  text.replace(address, (match: string, from: number) => {
    const link = match.replace(trailing, '')
    if (from > at) parts.push({ text: text.slice(at, from), link: false })
    parts.push({ text: link, link: true })
    at = from + link.length
    return match
  })
  if (at < text.length) parts.push({ text: text.slice(at), link: false })
  return parts
}
