/** One process per SQLite file (rule D2). */
import Database from 'libsql'

/**
 * Takes `<file>.lock` for this process until `release`. The kernel frees it when the process dies, however it dies.
 * Throws Error when another process, or this one, has it. Nothing is ever written to it, so that a loss of power cannot
 * tear it: a transaction that stays open holds it. No statement is prepared here: it would keep the lock alive.
 */
export function lockFile(file: string): { release(): void } {
  const db = new Database(`${file}.lock`, { timeout: 0 })
  try {
    db.exec('BEGIN EXCLUSIVE')
  } catch (cause) {
    db.close()
    throw new Error(`${file} is in use by another process: one process opens an SQLite file`, { cause })
  }
  return { release: () => void db.close() }
}
