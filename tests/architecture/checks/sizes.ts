import ts from 'typescript'
import { nodesOf, parse } from '../script'
import type { File } from '../tree'

export const sizeLimits = { functionLines: 70, fileLines: 400, vueLines: 150 } as const

const linesOf = (text: string): number => text.trimEnd().split('\n').length

/** Files over their limit: components 150 lines, everything else 400. */
export function filesTooLong({ path, text }: File): string[] {
  const limit = path.endsWith('.vue') ? sizeLimits.vueLines : sizeLimits.fileLines
  const lines = linesOf(text)
  return lines > limit ? [`${path}: ${lines} lines, at most ${limit}: cut it where it changes subject`] : []
}

/** Functions over 70 lines, by line of their start. */
export function functionsTooLong(file: File): string[] {
  const source = parse(file)
  const lineAt = (position: number): number => source.getLineAndCharacterOfPosition(position).line + 1
  const found: string[] = []
  for (const node of nodesOf(source)) {
    if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) continue
    const start = lineAt(node.getStart(source))
    const lines = lineAt(node.getEnd()) - start + 1
    if (lines > sizeLimits.functionLines)
      found.push(`${file.path}:${start}: a function of ${lines} lines, at most ${sizeLimits.functionLines}`)
  }
  return found
}
