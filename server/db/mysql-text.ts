/**
 * A statement with its binds written into it, for packets that hold several. Texts of statements are fixed; whatever comes from
 * outside passes `literal`, and is not looked at again for places.
 */
import { escape } from 'mysql2'
import type { Bind } from './connection'

export interface Statement {
  readonly sql: string
  /** What stands between the places: one more than there are places. */
  readonly parts: readonly string[]
}

const known = new Map<string, Statement>()

/** Throws Error for a text that holds a semicolon: one text is one statement. */
export function statementOf(sql: string): Statement {
  const found = known.get(sql)
  if (found) return found
  if (sql.includes(';')) throw new Error(`one statement at a time: ${sql}`)
  const made = { sql, parts: partsOf(sql) }
  known.set(sql, made)
  return made
}

/** `?` inside quotes is no place. */
const partsOf = (sql: string): string[] =>
  sql.replace(/'(?:[^']|'')*'|"[^"]*"|`[^`]*`|\?/g, (part) => (part === '?' ? '\0' : part)).split('\0')

/** `values` have passed `toBinds`. */
export function textOf({ parts }: Statement, values: readonly Bind[]): string {
  let text = parts[0] ?? ''
  for (const [i, value] of values.entries()) text += literal(value) + (parts[i + 1] ?? '')
  return text
}

/** Strings are escaped by backslashes, which sql_mode must not switch off (openMysql asserts it). */
function literal(value: Bind): string {
  if (typeof value === 'bigint') return String(value)
  // A number without an exponent would be DECIMAL.
  if (typeof value === 'number') return String(value).replace(/^[^e]*$/, '$&e0')
  if (value instanceof Uint8Array) return `X'${Buffer.from(value).toString('hex')}'`
  return escape(value)
}
