import type { File } from '../tree'

const linesWith = (file: File, pattern: RegExp, says: string): string[] =>
  file.text
    .split('\n')
    .flatMap((line, n) =>
      pattern.test(line) ? [`${file.path}:${n + 1}: ${says}: ${line.trim().slice(0, 80)}`] : [],
    )

/** Marks of unfinished work. */
export const unfinished = (file: File): string[] =>
  linesWith(file, /\b(TO[D]O|FIX[M]E|X{3}|HAC[K])\b/, 'unfinished work belongs in an issue')

/** Texts that are not in the catalogue of src/i18n. */
export const hanInComponents = (file: File): string[] =>
  linesWith(file, /\p{Script=Han}/u, 'text outside the catalogue of src/i18n')

const physical =
  /(^|[;{\s"'])(margin|padding|border)-(left|right)(-[a-z]+)?\s*:|(^|[;{\s"'])(left|right)\s*:\s*[^,}]*(;|$)|text-align\s*:\s*(left|right)|float\s*:\s*(left|right)|border-(top|bottom)-(left|right)-radius\s*:/

/** The styles of a file: a whole stylesheet, or style tags and style attributes of a component. */
function stylesOf({ path, text }: File): string {
  if (!path.endsWith('.vue')) return text
  const kept = /<style[^>]*>[\s\S]*?<\/style>|\sstyle="[^"]*"/g
  const blanked = text.replace(/[^\n]/g, ' ').split('')
  for (const match of text.matchAll(kept))
    for (let i = 0; i < match[0].length; i++) blanked[match.index + i] = match[0][i] ?? ' '
  return blanked.join('')
}

/** Left and right in styles: they do not turn round in a script that runs from right to left. */
export const physicalSides = (file: File): string[] =>
  linesWith(
    { path: file.path, text: stylesOf(file) },
    physical,
    'use the logical property (inline-start, inline-end)',
  )
