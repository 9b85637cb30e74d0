/**
 * A mutant whose code throws because a name in it means nothing turns every test red, and shows nothing. Sources move away
 * under the list, so it is asked each time.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'
import { mutate, type Mutant } from './mutant'

/** “Cannot find name”, the same with a guess, and “used before its declaration”. */
const nameless = new Set([2304, 2552, 2448])

/** For each mutant with such a name: what the compiler says of it. `root`: the top of the project. */
export function unknownNames(root: string, mutants: readonly Mutant[]): string[] {
  const texts = new Map<string, string>()
  const versions = new Map<string, number>()
  const service = ts.createLanguageService({
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
    directoryExists: ts.sys.directoryExists,
    getCompilationSettings: () => ({
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      types: ['node'],
      skipLibCheck: true,
    }),
    getCurrentDirectory: () => root,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    getScriptFileNames: () => [...texts.keys()],
    getScriptVersion: (file) => String(versions.get(file) ?? 0),
    getScriptSnapshot: (file) => {
      const text = texts.get(file) ?? ts.sys.readFile(file)
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text)
    },
  })
  const put = (file: string, text: string) => {
    texts.set(file, text)
    versions.set(file, (versions.get(file) ?? 0) + 1)
  }
  const read = (file: string) => readFileSync(path.join(root, file), 'utf8')
  return mutants.flatMap((mutant) => {
    const files = [...mutate(mutant, read)].map(([file, text]) => ({ file: path.join(root, file), text }))
    for (const { file, text } of files) put(file, text)
    const found = files.flatMap(({ file }) => service.getSemanticDiagnostics(file))
    for (const { file } of files) put(file, ts.sys.readFile(file) ?? '')
    return found
      .filter(({ code }) => nameless.has(code))
      .map(({ messageText }) => `${mutant.name}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`)
  })
}
