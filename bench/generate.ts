/** Load generators run in processes of their own: a plan goes out, a report comes back. */
import { fork, type ChildProcess } from 'node:child_process'
import path from 'node:path'
import { arrive, type ArrivalsPlan, type ArrivalsReport } from './arrivals'
import { Crowd, type CrowdPlan, type CrowdReport } from './crowd'
import { hold, type Held, type HoldPlan, type HoldReport } from './hold'
import { Talk, type TalkPlan, type TalkReport } from './talk'

interface Loads {
  arrivals: { plan: ArrivalsPlan; report: ArrivalsReport }
  crowd: { plan: CrowdPlan; report: CrowdReport }
  talk: { plan: TalkPlan; report: TalkReport }
}
export type Plan = Loads[keyof Loads]['plan']
type ReportOf<P extends Plan> = Loads[P['kind']]['report']
export interface Generator {
  /** Runs a load. Throws Error when it comes to no end. */
  run<P extends Plan>(plan: P): Promise<ReportOf<P>>
  /** Holds connections until its end. */
  hold(plan: HoldPlan): Promise<Held>
}

function runPlan(plan: Plan): Promise<Loads[keyof Loads]['report']> {
  switch (plan.kind) {
    case 'arrivals':
      return arrive(plan)
    case 'crowd':
      return new Crowd(plan).run()
    case 'talk':
      return new Talk(plan).run()
  }
}

/** In this process. */
export const here: Generator = {
  run: runPlan,
  hold,
}

/** Each load in a process of its own; when that ends without a report, what it said is on stderr. */
export const apart: Generator = {
  run: <P extends Plan>(plan: P) => send<ReportOf<P>>(spawn(), plan),
  async hold(plan) {
    const child = spawn()
    return { report: await send<HoldReport>(child, plan), end: () => child.disconnect() }
  },
}

function spawn(): ChildProcess {
  const file = path.join(import.meta.dirname, 'load-process.ts')
  return fork(file, { execArgv: ['--import', 'tsx'], serialization: 'advanced' })
}

function send<R>(child: ChildProcess, plan: Plan | HoldPlan): Promise<R> {
  return new Promise((resolve, reject) => {
    child.once('message', (report) => resolve(report as R))
    child.once('exit', (code) => reject(new Error(`the load generator ended with ${code}`)))
    child.send(plan)
  })
}
