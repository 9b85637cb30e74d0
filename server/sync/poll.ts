/** Reads the table of changes, so that losing the bus costs latency, never data (Y12). */
import type { Db } from '../db/connection'
import { byTimer, type After } from './after'
import { newestChange, readChanges } from './changes'
import type { Publisher } from './publish'

const pollEveryMs = 3_000
/** Streams between two rounds of the event loop. */
const atOnceMax = 64

export interface Poll {
  /** Reads once what is new. Never rejects. */
  now(): Promise<void>
  start(): void
  /** Resolves when a reading under way has ended. */
  close(): Promise<void>
}

export function createPoll(
  db: Db,
  publisher: Publisher,
  onError: (error: unknown) => void,
  after: After = byTimer,
): Poll {
  let since: number | undefined
  let callOff: () => void = () => undefined
  let reading: Promise<void> | undefined
  let closed = false

  async function read(): Promise<void> {
    const { newest, reached } = await db.read(async (c) => readChanges(c, since ?? (await newestChange(c))))
    since = newest
    for (const [index, one] of reached.entries()) {
      if (index % atOnceMax === atOnceMax - 1) await nextRound()
      await publisher.heard(one)
    }
    publisher.sweep()
  }
  const now = (): Promise<void> =>
    (reading ??= read()
      .catch(onError)
      .finally(() => (reading = undefined)))
  function later(): void {
    if (!closed) callOff = after(pollEveryMs, () => void now().then(later, onError))
  }
  return {
    now,
    start: later,
    async close() {
      closed = true
      callOff()
      await reading
    },
  }
}

const nextRound = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
