import { fork } from 'node:child_process'
import path from 'node:path'
import type { LoadPlan, LoadReport } from './load'

/** Runs a load in a process of its own. Throws Error when it ends without a report; what it said is on stderr. */
export function startLoad(plan: LoadPlan): Promise<LoadReport> {
  const child = fork(path.join(import.meta.dirname, 'load-process.ts'), { execArgv: ['--import', 'tsx'] })
  return new Promise((resolve, reject) => {
    child.once('message', (report) => resolve(report as LoadReport))
    child.once('exit', (code) => reject(new Error(`the load generator ended with ${code}`)))
    child.send(plan)
  })
}
