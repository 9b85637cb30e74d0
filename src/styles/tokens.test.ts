/** Texts can be read on what they stand on: contrast of WCAG 2, from the tokens themselves. */
import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

type Colour = [red: number, green: number, blue: number]
const scss = readFileSync('src/styles/tokens.scss', 'utf8')
const tokensOf = (theme: string): Map<string, string> => {
  const [, body = ''] = new RegExp(`@mixin ${theme} \\{([^}]*)\\}`).exec(scss) ?? []
  return new Map(
    [...body.matchAll(/(--[\w-]+): ([^;]+);/g)].map(([, name = '', value = '']) => [name, value]),
  )
}

/** `text` as it is seen on `ground`. */
function seenOn(text: string, ground: Colour): Colour {
  const numbers = (/rgba\((.*)\)/.exec(text)?.[1] ?? '').split(',').map(Number)
  const [red = 0, green = 0, blue = 0, alpha = 1] = numbers.length === 4 ? numbers : hex(text)
  const mix = (over: number, under: number): number => over * alpha + under * (1 - alpha)
  return [mix(red, ground[0]), mix(green, ground[1]), mix(blue, ground[2])]
}
function hex(text: string): Colour {
  const digits = text.length === 4 ? text.replace(/[0-9a-f]/g, '$&$&') : text
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => parseInt(digits.slice(at, at + 2), 16))
  return [red, green, blue]
}
function brightness(colour: Colour): number {
  const [red = 0, green = 0, blue = 0] = colour
    .map((part) => part / 255)
    .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
/** `text` on what is seen of `ground`, which may be translucent, on `page`. */
function contrast(text: string, ground: string, page = ground): number {
  const under = seenOn(ground, hex(page))
  const [dark = 0, bright = 0] = [brightness(seenOn(text, under)), brightness(under)].sort((a, b) => a - b)
  return (bright + 0.05) / (dark + 0.05)
}

const grounds = ['--bg-0', '--bg-1', '--bg-2', '--bg-3', '--sheet', '--input', '--row-pressed']
/** Every text with all that it stands on. */
const pairs: [text: string, grounds: string[]][] = [
  ['--fg-0', [...grounds, '--bubble-other', '--offline-bg']],
  ['--fg-1', ['--bg-0', '--bg-1', '--bg-2', '--bg-3', '--sheet', '--input', '--offline-bg']],
  ['--tip', ['--bg-0']],
  ['--placeholder', ['--bg-0', '--bg-2', '--input']],
  ['--link', ['--bg-0', '--bg-2', '--bubble-other']],
  ['--bubble-mine-text', ['--bubble-mine']],
  ['--bubble-mine-link', ['--bubble-mine']],
  ['--red-text', ['--bg-0', '--bg-1', '--bg-2', '--sheet']],
  ['--action-text', ['--bg-0', '--bg-1', '--bg-2', '--sheet']],
  ['--on-action', ['--action', '--action-pressed']],
  ['--on-badge', ['--badge']],
  ['--on-bg-4', ['--bg-4']],
]
/** What is translucent, on the pages it lies on. */
const veils: [text: string, ground: string, pages: string[]][] = [
  ['--fg-0', '--fg-5', ['--bg-0', '--bg-1', '--bg-2']],
  ['--fg-off', '--fg-5', ['--bg-0', '--bg-1', '--bg-2']],
  ['--fg-0', '--fg-3', ['--bg-0']],
  ['--fg-0', '--pressed', ['--bg-2', '--sheet']],
]
/** Signs without words, which need less. */
const signs: [sign: string, grounds: string[]][] = [
  ['--red', ['--bg-0', '--bg-2']],
  ['--action', ['--bg-0', '--bg-2']],
]

describe.each(['light', 'dark'])('in %s', (theme) => {
  const tokens = tokensOf(theme)
  const valueOf = (name: string): string => tokens.get(name) ?? expect.fail(`${name} is no token`)
  const flat = pairs.flatMap(([text, under]) => under.map((ground) => [text, ground] as const))
  it.each(flat)('[U14] %s can be read on %s', (text, ground) => {
    expect(contrast(valueOf(text), valueOf(ground))).toBeGreaterThanOrEqual(4.5)
  })
  const veiled = veils.flatMap(([text, veil, pages]) => pages.map((page) => [text, veil, page] as const))
  it.each(veiled)('[U14] %s can be read on %s over %s', (text, veil, page) => {
    expect(contrast(valueOf(text), valueOf(veil), valueOf(page))).toBeGreaterThanOrEqual(4.5)
  })
  it.each(signs.flatMap(([sign, under]) => under.map((ground) => [sign, ground] as const)))(
    '[U14] the sign %s is seen on %s',
    (sign, ground) => expect(contrast(valueOf(sign), valueOf(ground))).toBeGreaterThanOrEqual(3),
  )
})

/** Rules that give both the colour of words and what they stand on, wherever they are written. */
const styled = readdirSync('src', { recursive: true })
  .map((path) => `src/${String(path)}`)
  .filter((path) => /\.(vue|scss)$/.test(path))
  .flatMap((path) =>
    [...readFileSync(path, 'utf8').matchAll(/([.#][^{}]*)\{([^{}]*)\}/g)].flatMap(
      ([, name = '', body = '']) => {
        const text = /(?:^|[;\s])color: ([^;]+);/.exec(body)?.[1]
        const ground = /background: ([^;]+);/.exec(body)?.[1]
        return text && ground ? [{ path, name: name.trim(), text, ground }] : []
      },
    ),
  )
/** Pictures, not words. */
const pictures = ['.form__logo', '.empty__icon']

describe('styles', () => {
  const known = new Set([
    ...flatNames(pairs.flatMap(([text, under]) => under.map((ground) => [text, ground] as const))),
    ...flatNames(veils.map(([text, veil]) => [text, veil] as const)),
  ])
  it('[U14] set words on nothing that is not checked above', () => {
    const unknown = styled.filter(
      ({ name, text, ground }) => !pictures.includes(name) && !known.has(`${text} ${ground}`),
    )
    expect(unknown).toEqual([])
  })
})
function flatNames(list: readonly (readonly [text: string, ground: string])[]): string[] {
  return list.map(([text, ground]) => `var(${text}) var(${ground})`)
}
