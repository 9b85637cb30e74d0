/** One pooled connection to a MySQL-protocol database. */
import mysql, {
  type FieldPacket,
  type PoolConnection,
  type ResultSetHeader,
  type RowDataPacket,
} from 'mysql2/promise'
import { countPlaces, toBinds, toRow } from './bind'
import type { Bind, Connection } from './connection'
import { mysqlError } from './mysql-error'

export interface MysqlConnection extends Connection {
  readonly dialect: 'mysql'
  all<T = Record<string, unknown>>(sql: string, binds?: readonly Bind[]): Promise<T[]>
  one<T = Record<string, unknown>>(sql: string, binds?: readonly Bind[]): Promise<T | undefined>
  run(sql: string, binds?: readonly Bind[]): Promise<number>
}

const placesOf = new Map<string, number>()
const placesIn = (sql: string): number => {
  const known = placesOf.get(sql)
  if (known !== undefined) return known
  const places = countPlaces(sql)
  placesOf.set(sql, places)
  return places
}

/**
 * Statements with binds are prepared once per connection and text (mysql2 keeps them). `run` answers the rows matched, as
 * SQLite does, not only those that got other values (FOUND_ROWS); an upsert that updates counts 2.
 */
export function mysqlConnection(raw: PoolConnection): MysqlConnection {
  const send = async <R extends RowDataPacket[] | ResultSetHeader>(sql: string, binds: readonly Bind[]) => {
    const values = toBinds(binds, placesIn(sql)).map(toParameter)
    try {
      return await (values.length > 0 ? raw.execute<R>(sql, values) : raw.query<R>(sql))
    } catch (error) {
      throw mysqlError(error)
    }
  }
  async function all<T>(sql: string, binds: readonly Bind[] = []): Promise<T[]> {
    const [rows, fields] = await send<RowDataPacket[]>(sql, binds)
    checkNumbers(rows, fields)
    const columns = fields.map(({ name }) => name)
    return rows.map((row) => toRow(columns, Object.values(row)) as T)
  }
  return {
    dialect: 'mysql',
    all,
    one: async <T>(sql: string, binds: readonly Bind[] = []) => (await all<T>(sql, binds))[0],
    run: async (sql, binds = []) => (await send<ResultSetHeader>(sql, binds))[0].affectedRows,
  }
}

const toParameter = (bind: Bind) => {
  if (typeof bind === 'bigint') return mysql.TypedParameter.LONGLONG(bind)
  return bind instanceof Uint8Array ? Buffer.from(bind.buffer, bind.byteOffset, bind.byteLength) : bind
}

const longlong = 8
/** mysql2 hands over a BIGINT that no number can hold as text. */
function checkNumbers(rows: readonly RowDataPacket[], fields: readonly FieldPacket[]): void {
  for (const { name, columnType } of fields)
    if (columnType === longlong && rows.some((row) => typeof row[name] === 'string'))
      throw new RangeError(`column ${name} is beyond 2^53`)
}
