/**
 * A mutant is the product with one known bug in it. Tests that stay green on it would not have noticed the bug
 * either: `npm run mutants` plants each one in a copy of the source and demands that the tests it names turn red.
 */
export interface Edit {
  /** Path from the top of the project. */
  readonly file: string
  /** Text that stands there exactly once. */
  readonly find: string
  readonly put: string
}
/** Tests by file and part of the title. */
export interface Choice {
  readonly file: string
  /** A part of what the test is called, as it stands in the file. */
  readonly title: string
  /** Where one title runs on several backends: a part of the name of its describe. */
  readonly within?: string
  readonly env?: Readonly<Record<string, string>>
}
export interface Mutant {
  /** The bug, in a few words; no two have the same. */
  readonly name: string
  readonly edits: readonly Edit[]
  /** Each of these must turn red. */
  readonly tests: readonly Choice[]
}

/** The text with the edit in it. Throws Error when what it looks for is not there exactly once. */
export function applyEdit(text: string, { file, find, put }: Edit): string {
  const at = text.indexOf(find)
  if (find === '' || at < 0) throw new Error(`${file} does not hold: ${find}`)
  if (text.includes(find, at + 1)) throw new Error(`${file} holds more than once: ${find}`)
  if (find === put) throw new Error(`${file}: the edit changes nothing`)
  return text.slice(0, at) + put + text.slice(at + find.length)
}

/** Files of a mutant with their new texts. `read` gives a file's text. Throws Error when an edit does not apply. */
export function mutate(mutant: Mutant, read: (file: string) => string): Map<string, string> {
  const texts = new Map<string, string>()
  for (const edit of mutant.edits)
    texts.set(edit.file, applyEdit(texts.get(edit.file) ?? read(edit.file), edit))
  return texts
}
