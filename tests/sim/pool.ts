/** Seeds on all cores: each worker is a process that runs one world after the other. */
import { fork, type ChildProcess } from 'node:child_process'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import type { RunOptions } from './run'

export interface Job {
  seed: number
  options: RunOptions
  /** Address of a database server to run on, instead of a file. */
  mysql?: string | undefined
}
export interface Judged {
  /** What is broken, each with the command that runs it again. */
  broken: string[]
  counts: Record<string, number>
}
export interface Pool {
  /** Jobs are run in the order in which they were asked for. Never rejects. */
  run(job: Job): Promise<Judged>
  close(): void
}

const seedWithinMs = 180_000

export function createPool(workers = Math.max(2, availableParallelism())): Pool {
  const waiting: { job: Job; done: (judged: Judged) => void }[] = []
  const idle: (ChildProcess | undefined)[] = Array.from({ length: workers }, () => undefined)
  const all = new Set<ChildProcess>()
  const next = (): void => {
    if (idle.length === 0) return
    const task = waiting.shift()
    if (!task) return
    const worker = idle.pop() ?? startWorker()
    all.add(worker)
    void judgedBy(worker, task.job).then((judged) => {
      if (worker.connected) idle.push(worker)
      else {
        all.delete(worker)
        idle.unshift(undefined)
      }
      task.done(judged)
      next()
    })
  }
  return {
    run: (job) =>
      new Promise((done) => {
        waiting.push({ job, done })
        next()
      }),
    close() {
      waiting.length = 0
      for (const worker of all) worker.kill()
    },
  }
}

/** The command that runs a seed again. */
export const commandOf = ({ seed, options, mysql }: Job): string =>
  [
    `npm run sim -- --seed ${seed} --phones ${options.phones} --acts ${options.acts}`,
    ...(options.nodes ? [`--nodes ${options.nodes}`] : []),
    ...(mysql ? [`--mysql ${mysql}`] : []),
  ].join(' ')

const startWorker = (): ChildProcess =>
  fork(path.join(import.meta.dirname, 'worker.ts'), { execArgv: ['--import', 'tsx'], stdio: 'inherit' })

/** One answer of a worker; one that hangs is ended. */
async function judgedBy(worker: ChildProcess, job: Job): Promise<Judged> {
  const { broken, counts } = await new Promise<Judged>((resolve) => {
    const timer = setTimeout(() => {
      worker.disconnect()
      worker.kill('SIGKILL')
      resolve({ broken: [`it did not end within ${seedWithinMs / 1000} s`], counts: {} })
    }, seedWithinMs)
    const ended = (code: number | null, signal: string | null) => {
      clearTimeout(timer)
      resolve({ broken: [`its process ended with ${code ?? signal}`], counts: {} })
    }
    worker.once('exit', ended)
    worker.once('message', (judged: Judged) => {
      clearTimeout(timer)
      worker.off('exit', ended)
      resolve(judged)
    })
    worker.send(job)
  })
  return { broken: broken.map((line) => `seed ${job.seed}: ${line} (${commandOf(job)})`), counts }
}

/** Counts of many worlds, added up. */
export function addCounts(totals: Map<string, number>, counts: Record<string, number>): void {
  for (const [name, count] of Object.entries(counts)) totals.set(name, (totals.get(name) ?? 0) + count)
}
