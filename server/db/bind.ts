/**
 * What may cross into a driver and come back. Drivers are not to be trusted with the rest: libsql aborts the process on a
 * boolean, keeps the last values of binds that are missing, drops those that are too many, and cuts a text that holds
 * U+0000 when it is read back (all tried).
 */
import type { Bind } from './connection'

/** Number of `?` in a statement, outside quotes. Numbered and named places are not used. */
export function countPlaces(sql: string): number {
  const bare = sql.replace(/'(?:[^']|'')*'|"[^"]*"|`[^`]*`/g, '')
  return bare.split('?').length - 1
}

/**
 * The binds as drivers take them: integers as bigint (drivers send a JS number as a float), the others as they are.
 * Throws TypeError on everything that is no `Bind`, is not finite, is an integer beyond 2^53, holds U+0000, or when there
 * are not exactly `places` of them (rule D3).
 */
export function toBinds(binds: readonly unknown[], places: number): Bind[] {
  if (binds.length !== places) throw new TypeError(`${places} binds expected, got ${binds.length}`)
  return binds.map(toBind)
}

function toBind(value: unknown, index: number): Bind {
  if (value === null || value instanceof Uint8Array) return value
  if (typeof value === 'string' && !value.includes('\0')) return value
  if (typeof value === 'bigint' && Number.isSafeInteger(Number(value))) return value
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return BigInt(value)
    if (Number.isFinite(value) && !Number.isInteger(value)) return value
  }
  throw new TypeError(`bind ${index} cannot go to a database: ${nameOf(value)}`)
}

function nameOf(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint') return `${typeof value} ${value}`
  if (typeof value === 'string') return 'text with U+0000'
  return typeof value === 'object' ? (value?.constructor.name ?? 'object') : typeof value
}

/** A row from its values: bytes as Uint8Array, integers as numbers. Throws RangeError for one that no number can hold. */
export function toRow(columns: readonly string[], values: readonly unknown[]): Record<string, unknown> {
  const row: Record<string, unknown> = {}
  for (let n = 0; n < columns.length; n++) {
    const name = columns[n] ?? ''
    row[name] = fromDriver(name, values[n])
  }
  return row
}

function fromDriver(name: string, value: unknown): unknown {
  if (typeof value === 'string' || value === null) return value
  if (typeof value === 'number') {
    if (Number.isInteger(value) && !Number.isSafeInteger(value))
      throw new RangeError(`column ${name} is beyond 2^53`)
    return value
  }
  return value instanceof ArrayBuffer || Buffer.isBuffer(value) ? new Uint8Array(value) : value
}
