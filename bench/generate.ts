/** Load generators run in processes of their own: a plan goes out, a report comes back. */
import { fork } from 'node:child_process'
import path from 'node:path'
import { Talk, type TalkPlan, type TalkReport } from './talk'

interface Loads {
  talk: { plan: TalkPlan; report: TalkReport }
}
export type Plan = Loads[keyof Loads]['plan']
export type ReportOf<P extends Plan> = Loads[P['kind']]['report']
/** Runs a load. Throws Error when it comes to no end. */
export type Generate = <P extends Plan>(plan: P) => Promise<ReportOf<P>>

const loads: { [K in keyof Loads]: (plan: Loads[K]['plan']) => Promise<Loads[K]['report']> } = {
  talk: (plan) => new Talk(plan).run(),
}

/** In this process. */
export const generateHere: Generate = (plan) => loads[plan.kind](plan)

/** In a process of its own; when that ends without a report, what it said is on stderr. */
export const generate: Generate = (plan) => {
  const file = path.join(import.meta.dirname, 'load-process.ts')
  const child = fork(file, { execArgv: ['--import', 'tsx'], serialization: 'advanced' })
  return new Promise((resolve, reject) => {
    child.once('message', (report) => resolve(report as ReportOf<typeof plan>))
    child.once('exit', (code) => reject(new Error(`the load generator ended with ${code}`)))
    child.send(plan)
  })
}
