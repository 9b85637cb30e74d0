/** Runs npm: by the one that runs us where there is one, without a shell. */
import { spawn } from 'node:child_process'
import { root } from '../run.mjs'

/**
 * @param {string[]} args
 * @param {{ show?: boolean }} [options] `show`: on the terminal, instead of collecting what it prints
 * @returns {Promise<{ code: number, stdout: string, stderr: string }>} a signal that ended it counts as code 1
 */
export function runNpm(args, { show = false } = {}) {
  const { npm_execpath: own = '' } = process.env
  const [program, first] = /npm-cli\.js$/.test(own) ? [process.execPath, [own]] : ['npm', []]
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...first, ...args], {
      cwd: root,
      stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      shell: program === 'npm' && process.platform === 'win32',
    })
    const text = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'])
      child[name]?.setEncoding('utf8').on('data', (chunk) => (text[name] += chunk))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? 1, ...text }))
  })
}
