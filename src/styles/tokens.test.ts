/** Texts can be read on what they stand on: contrast of WCAG 2, from the tokens themselves. */
import { readFileSync } from 'node:fs'
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
function contrast(text: string, ground: string): number {
  const under = hex(ground)
  const [dark = 0, bright = 0] = [brightness(seenOn(text, under)), brightness(under)].sort((a, b) => a - b)
  return (bright + 0.05) / (dark + 0.05)
}

const pairs: [text: string, grounds: string[]][] = [
  ['--fg-0', ['--bg-0', '--bg-1', '--bg-2', '--bubble-other', '--input', '--sheet']],
  ['--fg-1', ['--bg-0', '--bg-1', '--bg-2', '--offline-bg']],
  ['--placeholder', ['--bg-0', '--bg-2', '--input']],
  ['--link', ['--bg-0', '--bg-2', '--bubble-other']],
  ['--bubble-mine-text', ['--bubble-mine']],
  ['--bubble-mine-link', ['--bubble-mine']],
  ['--red-text', ['--bg-2']],
]

describe.each(['light', 'dark'])('in %s', (theme) => {
  const tokens = tokensOf(theme)
  it.each(pairs.flatMap(([text, grounds]) => grounds.map((ground) => [text, ground] as const)))(
    '%s can be read on %s',
    (text, ground) => {
      expect(contrast(tokens.get(text) ?? '', tokens.get(ground) ?? '')).toBeGreaterThanOrEqual(4.5)
    },
  )
})
