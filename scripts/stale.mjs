/** Is a build older than what it was made of? */
import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'

function newestMs(file) {
  const stat = statSync(file)
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(
    0,
    ...readdirSync(file)
      .filter((name) => !/\.test\.ts$/.test(name))
      .map((name) => newestMs(path.join(file, name))),
  )
}

/**
 * True if `output` does not exist or something in `sources` (files, or folders with all in them; tests left out) changed
 * after it was made.
 * @param {string} output
 * @param {readonly string[]} sources
 */
export function isStale(output, sources) {
  if (!existsSync(output)) return true
  const madeMs = statSync(output).mtimeMs
  return sources.some((source) => existsSync(source) && newestMs(source) > madeMs)
}
