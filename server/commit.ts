/**
 * The only place that opens write transactions. What waits is committed together in order of arrival;
 * a call is answered when its commit is durable, and not before (F3 to F5).
 * SQLite: one lane. MySQL: a lane per conversation, side by side; deadlocks run the whole transaction again.
 */
import type { Failure, Result } from '../protocol/errors'
import { DbError, type Db } from './db/connection'
import { describe, internal, refused, refusedBy, type Log } from './failure'
import type { AnyOutcome } from './funnel'
import { ok, type Tools } from './handle'
import { createLanes } from './lanes'
import { pruneChanges } from './sync/changes'
import { KnownHeads } from './sync/known-heads'
import type { Publisher } from './sync/publish'
import { Transaction } from './tx'
import { runJobs, type Broken, type Job } from './units'

export interface CommitOptions {
  db: Db
  tools: Tools
  newId: () => number
  publisher: Pick<Publisher, 'committed'>
  /** The disk did not take what it was given: the process has to end. Nothing is committed after it. */
  onFatal: (error: unknown) => void
  log: Log
  /** No other process serves this database: nothing is written for others to read (Y12, A9). */
  single?: boolean
  /** MySQL: transactions at the same time. */
  parallel?: number
}
/** Makes the one Commit of an app, which tells `publisher` what was committed. */
export type OpenCommit = (publisher: Pick<Publisher, 'committed'>) => Commit
export interface Commit {
  /** Resolves when the call's commit is durable, or when it is refused. Never rejects. */
  write(job: Job): Promise<Result<unknown>>
  /** What was accepted is answered, later writes get `draining` (F11). */
  close(): Promise<void>
}

/** Commits on this thread. */
export const commitHere =
  (options: Omit<CommitOptions, 'publisher'>): OpenCommit =>
  (publisher) =>
    createCommit({ ...options, publisher })

interface Waiting extends Job {
  readonly settle: (result: Result<unknown>) => void
}

/** In one transaction. The more of them wait, the more share pages and the disk. MySQL holds row locks meanwhile. */
const turnMax = { sqlite: 512, mysql: 128 }
export const waitingMax = 4096
/** MySQL: of one conversation, so that the others still get in. */
const laneMax = waitingMax / 4
/** No room among those that wait (F5, F15): by then a full queue has moved on. */
export const noRoom = (): Result<never> => refused('overloaded', { retryAfterMs: 1_000 })
const triesMax = 4
const retryAfterMs = 20
const pruneEveryMs = 10_000

export function createCommit(options: CommitOptions): Commit {
  const { db, tools, newId, publisher, log, single = false } = options
  const lanes = createLanes<Waiting>({
    parallel: db.dialect === 'sqlite' ? 1 : (options.parallel ?? 8),
    turnMax: turnMax[db.dialect],
    waitingMax,
    laneMax: db.dialect === 'sqlite' ? waitingMax : laneMax,
    run: commitAll,
  })
  const known = single && db.dialect === 'sqlite' ? new KnownHeads() : undefined
  let closing = false
  let dead = false
  const pruneIsDue = every(pruneEveryMs, tools.now)

  const broken = brokenWith(log, tools)

  /** One transaction for all; where they collide again and again, one for each. */
  async function commitAll(jobs: readonly Waiting[]): Promise<void> {
    try {
      if (dead) throw new DbError('down', new Error('a commit failed for good'))
      await retry(() => commitOnce(jobs))
    } catch (error) {
      if (jobs.length === 1 || !collided(error)) failAll(jobs, error)
      else for (const job of jobs) await commitAll([job])
    }
  }

  async function commitOnce(jobs: readonly Waiting[]): Promise<void> {
    const transaction = db.write(async (connection) => {
      const tx = new Transaction(connection, { clock: tools.now, makeId: newId, single, known })
      const outcomes = await runJobs(tx, jobs, broken)
      return { outcomes, ...(await tx.flush()) }
    })
    const { outcomes, changes, notices } = await (known?.after(transaction) ?? transaction)
    jobs.forEach((job, i) => job.settle(resultOf(outcomes[i])))
    try {
      publisher.committed(changes, notices)
    } catch (error) {
      log.error({ error: describe(error) }, 'publishing failed')
    }
    if (!single && pruneIsDue())
      enqueue({ op: 'sync.prune', handler: pruning, call: noCall, settle: () => undefined })
  }

  function failAll(jobs: readonly Waiting[], error: unknown): void {
    const ops = [...new Set(jobs.map(({ op }) => op))].sort().join(' ')
    const known = error instanceof DbError
    refuseAll(jobs, known ? refusedBy(log, ops, error) : internal(log, tools, ops, error))
    if (!known || error.kind !== 'fatal' || dead) return
    dead = true
    options.onFatal(error)
  }

  const enqueue = (job: Waiting): boolean =>
    lanes.add(db.dialect === 'sqlite' ? 0 : job.handler.lane?.(job.call), job)

  return {
    write: (job) =>
      new Promise((settle) => {
        if (closing) settle(refused('draining'))
        else if (!enqueue({ ...job, settle })) settle(noRoom())
      }),
    close() {
      closing = true
      return lanes.idle()
    },
  }
}

const noCall = { input: {}, caller: { kind: 'system' }, prepared: undefined } as const
const pruning: Job['handler'] = {
  async run(_call, tx) {
    await pruneChanges(tx.db)
    return ok({})
  },
}

const brokenWith =
  (log: Log, tools: Tools): Broken =>
  (op, error) => ({ ok: false, error: internal(log, tools, op, error), keep: false })

function refuseAll(jobs: readonly Waiting[], error: Failure): void {
  for (const job of jobs) job.settle({ ok: false, error })
}

function resultOf(outcome: AnyOutcome | undefined): Result<unknown> {
  if (!outcome) return refused('internal')
  return outcome.ok ? outcome : { ok: false, error: outcome.error }
}

/**
 * True once in each span of time, also when the clock was ahead and came back. Old changes go in a transaction of their own,
 * which runs beside others on MySQL.
 */
function every(ms: number, now: () => number): () => boolean {
  let next = now() + ms
  return () => {
    const time = now()
    const due = time >= next || time < next - 2 * ms
    if (due) next = time + ms
    return due
  }
}

const collided = (error: unknown): boolean => error instanceof DbError && error.kind === 'again'

/** Again after deadlocks and lock time-outs, a few times; two that collided do not come back at the same time. */
async function retry(work: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await work()
      return
    } catch (error) {
      if (!collided(error) || tries === triesMax) throw error
    }
    const ms = tries * retryAfterMs * (0.5 + Math.random())
    await new Promise((resolve) => setTimeout(resolve, ms))
  }
}
