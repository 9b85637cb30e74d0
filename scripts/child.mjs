/** Programs that run beside a developer script and end with it. */
import { spawn } from 'node:child_process'
import { root } from './run.mjs'

const isWindows = process.platform === 'win32'

/**
 * Starts a Node script. Ctrl-C and SIGTERM reach it once: elsewhere through `stop`, on Windows through the console that it
 * shares.
 * @param {string[]} args script and its arguments
 * @param {{ env?: Record<string, string>, stdio: import('node:child_process').StdioOptions }} options
 */
export function startChild(args, { env = {}, stdio }) {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio,
    detached: !isWindows,
  })
  let stopped = false
  const stop = (signal) => {
    if (!stopped && !(isWindows && signal === 'SIGINT')) child.kill('SIGTERM')
    stopped = true
  }
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stop)
  return { child, stop }
}
