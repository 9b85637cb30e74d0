/**
 * Moves what is in the write-ahead log into the database file, on a connection of its own, so that the log stays small
 * and no commit pays for it by surprise. The log's file is cut to `walBytes` when SQLite starts it anew (journal_size_limit
 * on the writing connection), so its size tells when there is something to do.
 */
import { statSync } from 'node:fs'
import { DbError } from './connection'
import type { SqliteConnection } from './sqlite-connection'

export const walBytes = 4 * 1024 * 1024
/** Beyond this, readers are held up until the log is empty. */
export const walBytesMax = 64 * 1024 * 1024
const idleMs = 1_000

export interface Checkpoints {
  /**
   * Call after each commit, while no write is under way. True: call `empty` as soon as nobody reads or writes. Throws
   * DbError `fatal` when a checkpoint could not write; a full disk is not fatal, the log keeps what the file lacks.
   */
  afterCommit(): boolean
  empty(): void
  close(): void
}

export function checkpoints(file: string, connection: SqliteConnection): Checkpoints {
  let next = walBytes
  let timer: NodeJS.Timeout | undefined
  const size = (): number => statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0
  let broken: Error | undefined
  const run = (mode: 'PASSIVE' | 'TRUNCATE') => {
    try {
      connection.all(`PRAGMA wal_checkpoint(${mode})`)
    } catch (cause) {
      const harmless = cause instanceof DbError && cause.kind !== 'fatal'
      if (!harmless) broken = cause instanceof DbError ? cause : new DbError('fatal', cause)
    }
  }
  const whenIdle = () => {
    timer = undefined
    run('PASSIVE')
  }
  return {
    afterCommit() {
      if (broken) throw broken
      timer ??= setTimeout(whenIdle, idleMs).unref()
      const bytes = size()
      if (bytes <= walBytes) next = walBytes
      if (bytes <= next) return false
      run('PASSIVE')
      next = Math.max(next, bytes) + walBytes / 4
      return bytes > walBytesMax
    },
    empty() {
      run('TRUNCATE')
      next = walBytes
    },
    close() {
      clearTimeout(timer)
      run('TRUNCATE')
      connection.close()
    },
  }
}
