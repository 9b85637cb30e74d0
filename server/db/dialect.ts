/** The named differences between the two databases. Everything else in a sql.ts runs unchanged on both. */
import type { Dialect } from './connection'

/** Locks the rows a select reads. SQLite has one writer, who needs no lock. */
export const forUpdate = (dialect: Dialect): string => (dialect === 'mysql' ? ' FOR UPDATE' : '')

/** The same, passing over rows that somebody else has locked. */
export const forUpdateOfFree = (dialect: Dialect): string =>
  dialect === 'mysql' ? ' FOR UPDATE SKIP LOCKED' : ''

/** `INSERT` that does nothing when the key exists: 0 rows changed instead of an error. */
export const insertOrIgnore = (dialect: Dialect, table: string, columns: readonly string[]): string =>
  `${dialect === 'mysql' ? 'INSERT IGNORE' : 'INSERT OR IGNORE'} INTO ${table} ${placesOf(columns)}`

/**
 * `INSERT` that locks the row when it exists, and changes nothing. On MySQL with the lock of a write: of those that insert the
 * same row at once, each would hold a lock of a read, and wait for the others to let go of theirs.
 */
export const insertOrLock = (
  dialect: Dialect,
  table: string,
  key: string,
  columns: readonly string[],
): string =>
  dialect === 'mysql'
    ? `INSERT INTO ${table} ${placesOf(columns)} ON DUPLICATE KEY UPDATE ${key} = ${key}`
    : insertOrIgnore(dialect, table, columns)

/** `INSERT` that overwrites the other columns when the row of `key` (primary or unique) exists. */
export function upsert(
  dialect: Dialect,
  table: string,
  key: readonly string[],
  columns: readonly string[],
): string {
  const others = columns.filter((column) => !key.includes(column))
  const insert = `INSERT INTO ${table} ${placesOf(columns)}`
  return dialect === 'mysql'
    ? `${insert} ON DUPLICATE KEY UPDATE ${others.map((c) => `${c} = VALUES(${c})`).join(', ')}`
    : `${insert} ON CONFLICT(${key.join(', ')}) DO UPDATE SET ${others.map((c) => `${c} = excluded.${c}`).join(', ')}`
}

/** `(a, b) VALUES (?, ?)`. */
export const placesOf = (columns: readonly string[]): string =>
  `(${columns.join(', ')}) VALUES (${places(columns.length)})`

/** `?, ?, ?` for an IN list. */
export const places = (count: number): string => Array(count).fill('?').join(', ')
