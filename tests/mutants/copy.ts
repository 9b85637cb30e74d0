/** A copy of the working tree in a temporary folder, for bugs to be planted in. */
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

export interface Copy {
  readonly folder: string
  remove(): void
}

/** Copies what git holds or would add, as it is now; packages are linked. */
export function copyTree(root: string): Copy {
  const folder = mkdtempSync(path.join(tmpdir(), 'tokenim-mutants-'))
  for (const file of filesOf(root)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
    copyFileSync(path.join(root, file), path.join(folder, file))
  }
  linkPackages(path.join(root, 'node_modules'), path.join(folder, 'node_modules'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

const filesOf = (root: string): string[] =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((file) => file !== '' && existsSync(path.join(root, file)))

/** Each package by itself, so that caches beside them are the copy's own. */
function linkPackages(from: string, to: string): void {
  mkdirSync(to)
  for (const name of readdirSync(from))
    if (!name.startsWith('.')) symlinkSync(path.join(from, name), path.join(to, name), 'junction')
}
