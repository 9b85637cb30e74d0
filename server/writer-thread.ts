/** The writing thread (writer.ts) as the serving thread sees it: a Commit whose transactions run elsewhere. */
import type { Worker } from 'node:worker_threads'
import type { Result } from '../protocol/errors'
import { noRoom, waitingMax, type Commit } from './commit'
import type { Log } from './failure'
import type { Publisher } from './sync/publish'
import type { Job } from './units'
import type { Ask, Posted, Tell } from './writer-port'

export interface WriterOptions {
  worker: Worker
  log: Log
  /** The disk did not take what it was given, or the thread died: the process has to end. */
  onFatal: (error: unknown) => void
}
export interface Writer {
  /** Call once. */
  openCommit(publisher: Pick<Publisher, 'committed'>): Commit
  /** After the commit is closed: closes the file and ends the thread. */
  close(): Promise<void>
}
/** Resolves when the file is open and its tables are up to date. Rejects when it cannot be opened. */
export async function startWriter({ worker, log, onFatal }: WriterOptions): Promise<Writer> {
  const waiting = new Map<number, (result: Result<unknown>) => void>()
  const ends = new Map<string, () => void>()
  let publisher: Pick<Publisher, 'committed'> | undefined
  const ask = (message: Ask) => worker.postMessage(message)

  function hear(message: Tell): void {
    if (message.is === 'committed') {
      for (const [id, result] of message.results) {
        waiting.get(id)?.(result)
        waiting.delete(id)
      }
      publisher?.committed(message.changes, message.notices)
    } else if (message.is === 'log') log[message.level](message.fields, message.message)
    else if (message.is === 'fatal') onFatal(message.error)
    else if (message.is === 'ended') ends.get(message.end)?.()
  }
  const end = (how: 'drain' | 'close') =>
    new Promise<void>((resolve) => {
      ends.set(how, resolve)
      ask({ end: how })
    })
  await isReady(worker)
  worker.on('message', hear)
  worker.on('error', onFatal)
  return {
    openCommit(to) {
      publisher = to
      return commitOver(
        waiting,
        (jobs) => ask({ jobs }),
        () => end('drain'),
      )
    },
    close: () => end('close'),
  }
}

const isReady = (worker: Worker): Promise<void> =>
  new Promise((resolve, reject) => {
    worker.once('message', () => {
      worker.off('error', reject)
      resolve()
    })
    worker.once('error', reject)
  })

/** Jobs of one round of the event loop cross together. */
function commitOver(
  waiting: Map<number, (result: Result<unknown>) => void>,
  post: (jobs: readonly Posted[]) => void,
  drain: () => Promise<void>,
): Commit {
  let jobs: Posted[] = []
  let lastId = 0
  let closing = false
  function flush(): void {
    if (jobs.length === 0) return
    const posted = jobs
    jobs = []
    post(posted)
  }
  return {
    write: ({ op, call, repeat }: Job) =>
      new Promise((resolve) => {
        if (closing) return resolve({ ok: false, error: { code: 'draining' } })
        // Jobs without an answer; the thread's own queue is as long (F5).
        if (waiting.size >= waitingMax) return resolve(noRoom())
        waiting.set(++lastId, resolve)
        if (jobs.push({ id: lastId, op, call, repeat }) === 1) setImmediate(flush)
      }),
    async close() {
      closing = true
      flush()
      await drain()
    },
  }
}
