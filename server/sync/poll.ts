/** Reads the tables of changes and notices, so that losing the bus costs latency, never data (Y12, A9). */
import type { Db } from '../db/connection'
import { byTimer, type After } from './after'
import { newestChange, readChanges } from './changes'
import type { Notice } from './deliver'
import { readNotices } from './notices'
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

export interface PollOptions {
  db: Db
  publisher: Publisher
  notify: (notice: Notice) => void
  onError: (error: unknown) => void
  after?: After | undefined
}

export function createPoll({ db, publisher, notify, onError, after = byTimer }: PollOptions): Poll {
  let changeSeen: number | undefined
  let noticeSeen: number | undefined
  let callOff: () => void = () => undefined
  let reading: Promise<void> | undefined
  let closed = false

  async function read(): Promise<void> {
    const { changes, told } = await db.read(async (c) => ({
      changes: await readChanges(c, changeSeen ?? (await newestChange(c))),
      told: await readNotices(c, noticeSeen),
    }))
    changeSeen = changes.newest
    noticeSeen = told.newest
    told.notices.forEach(notify)
    for (const [index, one] of changes.reached.entries()) {
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
