/**
 * Moves what is in the write-ahead log into the database file, on a connection and a thread of their own, so that the log
 * stays small and no commit pays for it by surprise. First beside the writers, which brings over nearly everything; then once more while
 * they wait, for the little they wrote meanwhile: only a log that is wholly in the file is started anew.
 */
import { DbError } from './connection'
import type { Wal } from './wal'

export const walBytes = 16 * 1024 * 1024
/** The log's file keeps this length (journal_size_limit on the writing connection): room for what is written during a checkpoint. */
export const walBytesKept = 2 * walBytes
/** Beyond this, readers are held up until the log is empty. */
export const walBytesMax = 64 * 1024 * 1024

/** What a checkpoint needs of its connection. */
export interface CheckpointConnection {
  all(sql: string): Promise<Record<string, unknown>[]>
  close(): void
}
export interface Pauses {
  /** Runs `work` while nobody writes. */
  writers(work: () => Promise<void>): Promise<void>
  /** Runs `work` while nobody reads or writes. */
  all(work: () => Promise<void>): Promise<void>
}
export interface Checkpoints {
  /**
   * Call after each commit. Returns at once; true: one is under way, and needs rounds of the event loop to go on. Throws
   * DbError `fatal` when a checkpoint could not write; a full disk is not fatal, the log keeps what the file lacks.
   */
  afterCommit(): boolean
  /** Call while nobody reads or writes: empties the log. */
  close(): Promise<void>
}

export function checkpoints(
  wal: Wal,
  connection: CheckpointConnection,
  pause: Pauses,
  idleMs = 1_000,
): Checkpoints {
  let next = walBytes
  let running = false
  let closed = false
  let broken: Error | undefined
  const breakOff = (cause: unknown): void => {
    broken = cause instanceof DbError ? cause : new DbError('fatal', cause)
  }

  async function run(mode: 'PASSIVE' | 'TRUNCATE'): Promise<void> {
    try {
      await connection.all(`PRAGMA wal_checkpoint(${mode})`)
    } catch (cause) {
      const harmless = cause instanceof DbError && cause.kind !== 'fatal'
      if (!harmless) breakOff(cause)
    }
  }
  function start(): void {
    if (running) return
    running = true
    bringOver()
      .catch(breakOff)
      .finally(() => (running = false))
  }
  async function bringOver(): Promise<void> {
    await run('PASSIVE')
    if (!closed) await pause.writers(async () => (closed ? undefined : run('PASSIVE')))
    if (closed) return
    // Where a reader kept it from ending, the log goes on.
    while (wal.reaches(next)) next += walBytes / 4
    if (next > walBytesMax) await pause.all(async () => (closed ? undefined : run('TRUNCATE')))
  }
  const idle = idleMs > 0 ? setTimeout(start, idleMs).unref() : undefined
  return {
    afterCommit() {
      if (broken) throw broken
      idle?.refresh()
      if (next > walBytes && !wal.reaches(walBytes)) next = walBytes
      if (wal.reaches(next)) start()
      return running
    },
    async close() {
      closed = true
      clearTimeout(idle)
      await run('TRUNCATE')
      wal.close()
      connection.close()
    },
  }
}
