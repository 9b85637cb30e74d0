/**
 * Calls inside one transaction, neighbours of a batched operation together. A refusal or a throw undoes that call alone
 * (F3, F7, F9).
 */
import { DbError } from './db/connection'
import type { AnyCall, AnyOutcome, AnyWrite } from './funnel'
import { findRepeat, storeRepeat, type RepeatKey } from './repeat'
import type { Transaction } from './tx'

/** A write on its way to the database. */
export interface Job {
  readonly op: string
  readonly handler: AnyWrite
  readonly call: AnyCall
  /** For writes that repeat as `stored`. */
  readonly repeat?: RepeatKey | undefined
}
/** What a throw inside a call becomes. */
export type Broken = (op: string, error: unknown) => AnyOutcome

/**
 * Outcomes of `jobs`, in their order. Throws when the transaction itself cannot go on. Without savepoints first, behind which
 * SQLite copies every page that changes (docs/adr/0024-what-a-write-does-without.md). When something has to be undone,
 * all of it is, and each call runs again in a savepoint of its own.
 */
export async function runJobs(tx: Transaction, jobs: readonly Job[], broken: Broken): Promise<AnyOutcome[]> {
  const outcomes: AnyOutcome[] = []
  while (outcomes.length < jobs.length) {
    const some = await runBare(tx, neighboursAt(jobs, outcomes.length), broken)
    if (!some) return runEach(tx, jobs, broken)
    outcomes.push(...some)
  }
  return outcomes
}

/** The longest run of calls that one batch may take, or a single call. */
function neighboursAt(jobs: readonly Job[], start: number): readonly Job[] {
  const handler = jobs[start]?.handler
  let end = start + 1
  if (handler?.batch) while (jobs[end]?.handler === handler) end += 1
  return jobs.slice(start, end)
}

/** Undefined: the transaction has to be undone. */
async function runBare(
  tx: Transaction,
  jobs: readonly Job[],
  broken: Broken,
): Promise<AnyOutcome[] | undefined> {
  const [first] = jobs
  if (!first) return undefined
  tx.begin()
  try {
    if (first.handler.batch && jobs.length > 1) {
      const calls = jobs.map(({ call }) => call)
      const outcomes = await first.handler.batch(calls, tx)
      if (outcomes.length !== jobs.length) throw new Error('a batch answered another number of calls')
      return outcomes
    }
    const outcome = await runCall(tx, first)
    if (!isKept(outcome)) {
      if (tx.hasWritten) return undefined
      tx.undo()
    }
    return [outcome]
  } catch (error) {
    throwIfGivenUp(error)
    if (jobs.length > 1) broken(first.op, error)
    return undefined
  }
}

/** From the beginning of the transaction. On MySQL the statement after ROLLBACK begins the next one by itself. */
async function runEach(tx: Transaction, jobs: readonly Job[], broken: Broken): Promise<AnyOutcome[]> {
  await tx.db.put('ROLLBACK')
  if (tx.db.dialect === 'sqlite') await tx.db.put('BEGIN IMMEDIATE')
  tx.startAnew()
  const outcomes: AnyOutcome[] = []
  for (const job of jobs) outcomes.push(await runOne(tx, job, broken))
  return outcomes
}

/** A duplicate key means that another node was faster: the second try sees what it wrote. */
async function runOne(tx: Transaction, job: Job, broken: Broken, again = true): Promise<AnyOutcome> {
  tx.begin()
  await tx.db.put('SAVEPOINT one_call')
  try {
    const outcome = await runCall(tx, job)
    if (isKept(outcome)) await keep(tx)
    else await undo(tx)
    return outcome
  } catch (error) {
    throwIfGivenUp(error)
    await undo(tx)
    const raced = error instanceof DbError && again
    return raced ? runOne(tx, job, broken, false) : broken(job.op, error)
  }
}

async function runCall(tx: Transaction, { handler, call, repeat }: Job): Promise<AnyOutcome> {
  const first = repeat && (await findRepeat(tx.db, repeat))
  if (first) return first
  const outcome = await handler.run(call, tx)
  if (repeat && outcome.ok) await storeRepeat(tx.db, repeat, outcome.value, tx.now())
  return outcome
}

const isKept = (outcome: AnyOutcome): boolean => outcome.ok || outcome.keep

/** MySQL's next savepoint of the same name takes the place of this one. */
async function keep(tx: Transaction): Promise<void> {
  if (tx.db.dialect === 'sqlite') await tx.db.put('RELEASE one_call')
}
async function undo(tx: Transaction): Promise<void> {
  await tx.db.put('ROLLBACK TO one_call')
  await keep(tx)
  tx.undo()
}
/** Of the database's errors a call outlives one alone: a key that is there already. */
function throwIfGivenUp(error: unknown): void {
  if (error instanceof DbError && error.kind !== 'duplicate') throw error
}
