/** What an avatar without a picture shows. */
const palette = ['#3a76c4', '#b4541a', '#2e7d5b', '#8a56b0', '#c0465a', '#58702c', '#4b62ad', '#94663a']

/** The last two Han characters of a name that has any, else the first character of its first two words; `?` for nobody. */
export function initialsOf(name: string): string {
  const han = name.match(/\p{Script=Han}/gu)
  if (han) return han.slice(-2).join('')
  const words = name.trim().split(/\s+/).filter(Boolean)
  const first = words.slice(0, 2).map((word) => Array.from(word)[0] ?? '')
  return first.join('').toUpperCase() || '?'
}

/**
 * The same colour for the same person, always; white text on it has a contrast of at least 4.5. The low bits of an id are
 * a counter and mostly 0: the whole id is mixed (Fibonacci hashing), and the high bits choose.
 */
export function colourOf(id: number): string {
  const mixed = Math.imul((id % 0x1_0000_0000) ^ Math.floor(id / 0x1_0000_0000), 0x9e37_79b1) >>> 0
  return palette[Math.floor((mixed / 0x1_0000_0000) * palette.length)] ?? '#4b62ad'
}
