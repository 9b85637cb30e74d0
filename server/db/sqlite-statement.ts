/** Prepared statements of libsql. */
import { countPlaces, toBinds, toRow } from './bind'
import type { Bind } from './connection'
import { sqliteError } from './sqlite-error'

/** In raw mode rows come as arrays: the driver makes objects at half the speed. */
interface Statement {
  readonly reader: boolean
  raw(): unknown
  columns(): { name: string }[]
  get(binds: readonly Bind[]): unknown
  run(binds: readonly Bind[]): { changes: number }
}
export interface Prepared<S extends Statement = Statement> {
  readonly statement: S
  readonly places: number
  readonly columns: readonly string[]
}

export function prepared<S extends Statement>(sql: string, statement: S): Prepared<S> {
  if (statement.reader) statement.raw()
  return { statement, places: countPlaces(sql), columns: statement.columns().map(({ name }) => name) }
}

/** The first row, or undefined. The statement is reset, so that it holds no snapshot. */
export function oneOf({ statement, places, columns }: Prepared, binds: readonly Bind[]): object | undefined {
  const values = statement.get(toBinds(binds, places)) as unknown[] | undefined
  return values && toRow(columns, values)
}

/** Number of rows a statement changed. */
export const runOf = ({ statement, places }: Prepared, binds: readonly Bind[]): number =>
  statement.run(toBinds(binds, places)).changes

/** The driver's errors as DbError. */
export function guard<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw sqliteError(error)
  }
}
