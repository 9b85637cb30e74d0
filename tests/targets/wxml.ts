/** Reads the WXML that uni's compiler writes, and evaluates its `{{…}}`. */
export interface WxmlTag {
  tag: string
  attrs: Record<string, string>
  children: Wxml[]
}
export type Wxml = WxmlTag | string

const tokens = /<!--[\s\S]*?-->|<(\/?)([\w-]+)((?:\s+[\w:.@-]+(?:="[^"]*")?)*)\s*(\/?)>|([^<]+)/g
const attributes = /([\w:.@-]+)(?:="([^"]*)")?/g

export function parseWxml(source: string): Wxml[] {
  const root: WxmlTag = { tag: '', attrs: {}, children: [] }
  const open = [root]
  let end = 0
  for (const match of source.matchAll(tokens)) {
    if (match.index !== end) throw new Error(`WXML not understood: ${source.slice(end, end + 80)}`)
    end = match.index + match[0].length
    const [, close, tag, attrText = '', selfClosed, text] = match
    const parent = open[open.length - 1] ?? root
    if (text !== undefined) parent.children.push(text)
    else if (close) open.pop()
    else if (tag) {
      const element = { tag, attrs: attributesOf(attrText), children: [] }
      parent.children.push(element)
      if (!selfClosed) open.push(element)
    }
  }
  if (open.length !== 1 || end !== source.length) throw new Error('WXML: a tag is not closed')
  return root.children
}

const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', nbsp: '\u00a0' }
const plain = (text: string): string =>
  text.replace(/&(lt|gt|amp|quot|nbsp);/g, (_all, name: string) => entities[name] ?? '')
const attributesOf = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(attributes)].map(([, name = '', value]) => [name, value ?? 'true']))

/** A value in a text or attribute. */
export const printed = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : ''

type Scope = Record<string, unknown>
const compiled = new Map<string, (scope: Scope) => unknown>()

/** One `{{…}}` gives its value, text around it makes it a text. Names that are not there are undefined, as in WeChat. */
export function evaluate(text: string, scope: Scope): unknown {
  const whole = /^\{\{([\s\S]*)\}\}$/.exec(text)?.[1]
  if (whole !== undefined && !whole.includes('{{')) return expression(whole)(scope)
  return plain(text).replace(/\{\{([\s\S]*?)\}\}/g, (_all, inner: string) => {
    return printed(expression(inner)(scope))
  })
}

function expression(code: string): (scope: Scope) => unknown {
  const known = compiled.get(code)
  if (known) return known
  // Test code runs the expressions of a template, as WeChat does.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const run = new Function('scope', `with (scope) { return (${code}) }`) as (scope: Scope) => unknown
  const lenient = (scope: Scope) =>
    run(new Proxy(scope, { has: () => true, get: (target, key) => target[String(key)] }))
  compiled.set(code, lenient)
  return lenient
}
