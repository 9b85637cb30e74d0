/** What an avatar without a picture shows. */
const palette = ['#3a76c4', '#b4541a', '#2e7d5b', '#8a56b0', '#c0465a', '#58702c', '#4b62ad', '#94663a']

/** Two letters of a Latin name, the last two characters of others; `?` for nobody. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean)
  const letters = Array.from(words.join(''))
  if (!letters.length) return '?'
  if (!/^[\u0000-\u024f]+$/.test(words.join(''))) return letters.slice(-2).join('')
  const first = words.slice(0, 2).map((word) => Array.from(word)[0] ?? '')
  return first.join('').toUpperCase()
}

/** The same colour for the same person, always; white text on it has a contrast of at least 4.5. */
export const colourOf = (id: number): string => palette[Math.abs(id % palette.length)] ?? '#4b62ad'
