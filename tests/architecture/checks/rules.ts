import ts from 'typescript'
import { nodesOf, parse } from '../script'
import type { File } from '../tree'

/** Numbers of the rules that protocol/SPEC.md states. */
export const rulesStated = (spec: string): string[] =>
  [...spec.matchAll(/^- \*\*([A-Z]\d+)\*\*/gm)].map((match) => match[1] ?? '')

const testWords = new Set(['it', 'test', 'describe'])

/** The word at the left end of `it`, `it.each([…])`, `describe.each(x)`. */
function wordOf(node: ts.Node): string | undefined {
  if (ts.isIdentifier(node)) return node.text
  if (ts.isPropertyAccessExpression(node) || ts.isCallExpression(node)) return wordOf(node.expression)
  return undefined
}

/** Titles of a test file: the first text given to it, test, describe, in whatever form. */
export function titlesOf(file: File): string[] {
  const titles: string[] = []
  for (const node of nodesOf(parse(file))) {
    if (!ts.isCallExpression(node) || !testWords.has(wordOf(node.expression) ?? '')) continue
    const [title] = node.arguments
    if (!title) continue
    if (ts.isStringLiteralLike(title)) titles.push(title.text)
    else if (ts.isTemplateExpression(title)) titles.push(title.head.text)
  }
  return titles
}

const unrun = new Set(['skip', 'only', 'todo', 'skipIf', 'runIf'])

/** Tests that do not run. What a machine lacks is left out by describe.each over what it has. */
export const unrunTests = (file: File): string[] =>
  [...nodesOf(parse(file))]
    .filter((node) =>
      ts.isPropertyAccessExpression(node)
        ? unrun.has(node.name.text) && testWords.has(wordOf(node.expression) ?? '')
        : ts.isCallExpression(node) && ['xit', 'xdescribe', 'xtest'].includes(wordOf(node.expression) ?? ''),
    )
    .map((node) => `${file.path}: a test that does not run: ${node.getText().slice(0, 60)}`)

/** Rule numbers in titles: `[Y4] …`, `[Y4, Y5] …`, `[Y4][Y5] …`. */
export const rulesNamed = (titles: readonly string[]): string[] =>
  titles.flatMap((title) =>
    [...title.matchAll(/\[([A-Z]\d+(?:[,\s]+[A-Z]\d+)*)\]/g)].flatMap((match) =>
      (match[1] ?? '').split(/[,\s]+/),
    ),
  )

/** Rules that no test names, and numbers in titles that name no rule. */
export function ruleGaps(spec: string, tests: readonly File[]): { untested: string[]; unknown: string[] } {
  const stated = rulesStated(spec)
  const named = new Set<string>()
  const unknown: string[] = []
  for (const file of tests)
    for (const id of rulesNamed(titlesOf(file))) {
      named.add(id)
      if (!stated.includes(id)) unknown.push(`${file.path}: [${id}]`)
    }
  return { untested: stated.filter((id) => !named.has(id)), unknown }
}
