import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

/** A text file of the project, by its path from the top. */
export interface File {
  path: string
  text: string
}

/** Paths that git holds or would add: what is ignored or deleted is no part of the project. */
export const projectPaths: readonly string[] = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard'],
  { encoding: 'utf8' },
)
  .split('\n')
  .filter((path) => path !== '' && existsSync(path))

export const isTest = (path: string): boolean => /\.test\.ts$/.test(path)
export const isCode = (path: string): boolean => /\.(ts|vue|js|mjs)$/.test(path)

/** Files whose path fits, with their text. */
export const filesLike = (fits: (path: string) => boolean): File[] =>
  projectPaths.filter(fits).map((path) => ({ path, text: readFileSync(path, 'utf8') }))
