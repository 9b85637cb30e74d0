/** Work on all cores: each worker is a process that does one job after the other. */
import { fork, type ChildProcess } from 'node:child_process'
import { availableParallelism } from 'node:os'

export interface Pool<J, R> {
  /** Jobs are done in the order in which they were asked for. Rejects when the job throws, hangs, or ends its process. */
  run(job: J): Promise<R>
  close(): void
}
/** What a worker answers. */
type Answer<R> = { result: R } | { error: string }

interface Task<J, R> {
  job: J
  resolve: (result: R) => void
  reject: (error: Error) => void
}
const jobWithinMs = 180_000

/** `file` is a module that calls `work`. */
export function createPool<J extends object, R>(
  file: string,
  workers = Math.max(2, availableParallelism()),
): Pool<J, R> {
  const waiting: Task<J, R>[] = []
  const idle: (ChildProcess | undefined)[] = Array.from({ length: workers }, () => undefined)
  const all = new Set<ChildProcess>()

  function next(): void {
    const task = idle.length > 0 ? waiting.shift() : undefined
    if (!task) return
    const worker = idle.pop() ?? fork(file, { execArgv: ['--import', 'tsx'], stdio: 'inherit' })
    all.add(worker)
    const isFree = () => {
      if (!worker.connected) all.delete(worker)
      idle.push(worker.connected ? worker : undefined)
      next()
    }
    answerOf<R>(worker, task.job).then(task.resolve, task.reject).finally(isFree)
  }

  return {
    run: (job) =>
      new Promise((resolve, reject) => {
        waiting.push({ job, resolve, reject })
        next()
      }),
    close() {
      waiting.length = 0
      for (const worker of all) worker.kill()
    },
  }
}

function answerOf<R>(worker: ChildProcess, job: object): Promise<R> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => worker.kill('SIGKILL'), jobWithinMs)
    const ended = () => {
      clearTimeout(timer)
      reject(new Error('its process ended, or it took too long'))
    }
    worker.once('exit', ended)
    worker.once('message', (answer: Answer<R>) => {
      clearTimeout(timer)
      worker.off('exit', ended)
      if ('error' in answer) reject(new Error(answer.error))
      else resolve(answer.result)
    })
    worker.send(job)
  })
}

/** For the worker's module: does each job that comes. */
export function work(run: (job: never) => Promise<unknown>): void {
  process.on('message', (job) => {
    run(job as never).then(
      (result) => process.send?.({ result }),
      (error: unknown) => process.send?.({ error: error instanceof Error ? error.stack : String(error) }),
    )
  })
  process.on('disconnect', () => process.exit(0))
}
