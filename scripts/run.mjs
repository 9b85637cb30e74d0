/** Runs other programs for the developer scripts: on every system the same, by Node and without a shell. */
import { spawn } from 'node:child_process'
import path from 'node:path'

export const root = path.resolve(import.meta.dirname, '..')

/** Script that a package of node_modules starts with: `bin('vitest/vitest.mjs')`. */
export const bin = (file) => path.join(root, 'node_modules', file)

/**
 * Runs a Node script and waits. `quiet` collects what it prints instead of showing it; `tee` does both.
 * @param {string[]} args script and its arguments
 * @param {{ output?: 'show' | 'quiet' | 'tee', env?: Record<string, string | undefined> }} [options]
 *   `env`: changes to the environment; undefined takes a variable away
 * @returns {Promise<{ code: number, output: string }>} a signal that ended it counts as code 1
 */
export function runNode(args, { output = 'show', env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: output === 'show' ? 'inherit' : ['inherit', 'pipe', 'pipe'],
    })
    let text = ''
    const take = (to) => (chunk) => {
      text += chunk
      if (output === 'tee') to.write(chunk)
    }
    child.stdout?.setEncoding('utf8').on('data', take(process.stdout))
    child.stderr?.setEncoding('utf8').on('data', take(process.stderr))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? 1, output: text }))
  })
}

/** `12.3 s` or `2 min 5 s`. */
export function timeText(ms) {
  const s = ms / 1000
  return s < 60 ? `${s.toFixed(1)} s` : `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`
}
