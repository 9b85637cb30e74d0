import { fork } from 'node:child_process'
import path from 'node:path'

/** Runs a file of this folder in a process of its own: gives it `plan`, resolves with the one message it sends. */
export function startChild<Report>(file: string, plan: object): Promise<Report> {
  const child = fork(path.join(import.meta.dirname, file), {
    execArgv: ['--import', 'tsx'],
    serialization: 'advanced',
  })
  return new Promise((resolve, reject) => {
    child.once('message', (report) => resolve(report as Report))
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)))
    child.send(plan)
  })
}
