/**
 * Runs calls inside one transaction: each in its own savepoint, neighbours of a batched operation in one. A refusal or a
 * throw undoes that call alone (F3, F7, F9).
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

/** Outcomes of `jobs`, in their order. Throws when the transaction itself cannot go on. */
export async function runJobs(tx: Transaction, jobs: readonly Job[], broken: Broken): Promise<AnyOutcome[]> {
  const outcomes: AnyOutcome[] = []
  while (outcomes.length < jobs.length) {
    const neighbours = neighboursAt(jobs, outcomes.length)
    const alone = tx.db.dialect === 'mysql' && neighbours.length === jobs.length
    outcomes.push(
      ...((await runBatch(tx, neighbours, broken, alone)) ??
        (await runEach(tx, neighbours, broken, alone && jobs.length === 1))),
    )
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

/** Undefined: run them one by one. */
async function runBatch(
  tx: Transaction,
  jobs: readonly Job[],
  broken: Broken,
  alone: boolean,
): Promise<AnyOutcome[] | undefined> {
  const [first] = jobs
  if (!first?.handler.batch || jobs.length === 1) return undefined
  await start(tx, alone)
  try {
    const calls = jobs.map(({ call }) => call)
    const outcomes = await first.handler.batch(calls, tx)
    if (outcomes.length !== jobs.length) throw new Error('a batch answered another number of calls')
    await keep(tx)
    return outcomes
  } catch (error) {
    await goBack(tx, error)
    broken(first.op, error)
    return undefined
  }
}

async function runEach(
  tx: Transaction,
  jobs: readonly Job[],
  broken: Broken,
  alone: boolean,
): Promise<AnyOutcome[]> {
  const outcomes: AnyOutcome[] = []
  for (const job of jobs) outcomes.push(await runOne(tx, job, broken, alone))
  return outcomes
}

/** A duplicate key means that another node was faster: the second try sees what it wrote. */
async function runOne(
  tx: Transaction,
  job: Job,
  broken: Broken,
  alone: boolean,
  again = true,
): Promise<AnyOutcome> {
  await start(tx, alone)
  try {
    const outcome = await runCall(tx, job)
    if (outcome.ok || outcome.keep) await keep(tx)
    else await undo(tx)
    return outcome
  } catch (error) {
    await goBack(tx, error)
    const raced = error instanceof DbError && error.kind === 'duplicate'
    return raced && again ? runOne(tx, job, broken, alone, false) : broken(job.op, error)
  }
}

async function runCall(tx: Transaction, { handler, call, repeat }: Job): Promise<AnyOutcome> {
  const first = repeat && (await findRepeat(tx.db, repeat))
  if (first) return first
  const outcome = await handler.run(call, tx)
  if (repeat && outcome.ok) await storeRepeat(tx.db, repeat, outcome.value, tx.now())
  return outcome
}

/** `alone`: nothing else is in the transaction, which is its savepoint (MySQL: a round trip less). */
async function start(tx: Transaction, alone: boolean): Promise<void> {
  tx.begin(alone)
  if (!alone) await tx.db.put('SAVEPOINT one_call')
}
/** MySQL's next savepoint of the same name takes the place of this one. */
async function keep(tx: Transaction): Promise<void> {
  if (tx.db.dialect === 'sqlite') await tx.db.put('RELEASE one_call')
}
/** On MySQL the next statement after ROLLBACK begins another transaction, and COMMIT of an empty one is nothing. */
async function undo(tx: Transaction): Promise<void> {
  await tx.db.put(tx.alone ? 'ROLLBACK' : 'ROLLBACK TO one_call')
  await keep(tx)
  tx.undo()
}
/** Undoes a call that threw. Throws on when the database has given up the whole transaction. */
async function goBack(tx: Transaction, error: unknown): Promise<void> {
  if (error instanceof DbError && error.kind !== 'duplicate') throw error
  await undo(tx)
}
