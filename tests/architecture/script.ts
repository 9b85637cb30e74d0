import ts from 'typescript'
import type { File } from './tree'

/** The script of a file: all of it, or what stands between the script tags of a component. */
export function scriptOf({ path, text }: File): string {
  if (!path.endsWith('.vue')) return text
  return [...text.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map((match) => match[1] ?? '').join('\n')
}

export const parse = (file: File): ts.SourceFile =>
  ts.createSourceFile(file.path, scriptOf(file), ts.ScriptTarget.ES2022, true, ts.ScriptKind.TS)

/** Every node of a script, parents first. */
export function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node
  const children: ts.Node[] = []
  node.forEachChild((child) => void children.push(child))
  for (const child of children) yield* nodesOf(child)
}
