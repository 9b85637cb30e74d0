import { fork } from 'node:child_process'
import path from 'node:path'

/**
 * Runs a file of this folder in a process of its own: gives it `plan`, resolves with the one object it sends. Texts that it
 * sends before go to `onWord`.
 */
export function startChild<Report extends object>(
  file: string,
  plan: object,
  onWord: (word: string) => void = () => undefined,
): Promise<Report> {
  const child = fork(path.join(import.meta.dirname, file), {
    execArgv: ['--import', 'tsx'],
    serialization: 'advanced',
  })
  return new Promise((resolve, reject) => {
    child.on('message', (said) => (typeof said === 'string' ? onWord(said) : resolve(said as Report)))
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)))
    child.send(plan)
  })
}
