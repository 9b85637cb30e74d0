import path from 'node:path'
import ts from 'typescript'
import { nodesOf, parse } from './script'
import type { File } from './tree'

/** Something a file imports: a path from the top without extension, or a package. `type`: erased by the compiler. */
export interface Import {
  type: boolean
  from: string
}
/** Who (`files`) may import what, at run time (`may`) or as types only (`types`). The first row that fits is the one. */
export interface Row {
  files: RegExp
  may?: readonly RegExp[]
  types?: readonly RegExp[]
}

const nodeModule = /^node:/

function specifierOf(node: ts.Node): { type: boolean; text: string } | undefined {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier))
    return {
      type: node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword,
      text: node.moduleSpecifier.text,
    }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier))
    return { type: node.isTypeOnly, text: node.moduleSpecifier.text }
  if (
    ts.isImportTypeNode(node) &&
    ts.isLiteralTypeNode(node.argument) &&
    ts.isStringLiteral(node.argument.literal)
  )
    return { type: true, text: node.argument.literal.text }
  if (!ts.isCallExpression(node)) return undefined
  const loads =
    node.expression.kind === ts.SyntaxKind.ImportKeyword ||
    (ts.isIdentifier(node.expression) && node.expression.text === 'require')
  const [target] = node.arguments
  if (!loads) return undefined
  return { type: false, text: target && ts.isStringLiteral(target) ? target.text : '(computed)' }
}

/** `./rules`, `@/stores/x`, `../protocol` and `vue` as paths from the top, or names of packages. */
function placeOf(file: string, specifier: string): string {
  if (specifier.startsWith('@/')) return `src/${specifier.slice(2)}`
  if (!specifier.startsWith('.')) return specifier
  const at = path.posix.join(path.posix.dirname(file), specifier).replace(/\.(js|ts)$/, '')
  return at === 'protocol' ? 'protocol/index' : at
}

/** Everything a file imports: declarations, re-exports, `import()`, `require()` and `import('…')` types. */
export function importsOf(file: File): Import[] {
  const found: Import[] = []
  for (const node of nodesOf(parse(file))) {
    const specifier = specifierOf(node)
    if (specifier) found.push({ type: specifier.type, from: placeOf(file.path, specifier.text) })
  }
  return found
}

/** What a file imports against the table, one text each. No row for the file is a violation too. */
export function importViolations(file: File, table: readonly Row[]): string[] {
  const row = table.find(({ files }) => files.test(file.path))
  if (!row) return [`${file.path}: no row of the import table covers this file`]
  const fits = (place: string, list: readonly RegExp[] = []): boolean =>
    list.some((allowed) => allowed.test(place))
  return importsOf(file)
    .filter(
      ({ type, from }) => !fits(from, row.may) && !(type && (fits(from, row.types) || nodeModule.test(from))),
    )
    .map(({ type, from }) => `${file.path}: may not import ${type ? 'types of ' : ''}${from}`)
}
