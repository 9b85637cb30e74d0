/** One pooled connection to a MySQL-protocol database. */
import type { FieldPacket } from 'mysql2'
import { toBinds, toRow } from './bind'
import type { Bind, Connection } from './connection'
import type { Answer, Line } from './mysql-packet'
import { statementOf } from './mysql-text'

export interface MysqlConnection extends Connection {
  readonly dialect: 'mysql'
  all<T = Record<string, unknown>>(sql: string, binds?: readonly Bind[]): Promise<T[]>
  one<T = Record<string, unknown>>(sql: string, binds?: readonly Bind[]): Promise<T | undefined>
  run(sql: string, binds?: readonly Bind[]): Promise<number>
}

/**
 * `run` answers the rows matched, as SQLite does, not only those that got other values (FOUND_ROWS); an upsert that updates
 * counts 2.
 */
export function mysqlConnection(line: Line): MysqlConnection {
  async function ask(sql: string, binds: readonly Bind[]): Promise<Answer> {
    const statement = statementOf(sql)
    return line.ask(statement, toBinds(binds, statement.parts.length - 1))
  }
  async function all<T>(sql: string, binds: readonly Bind[] = []): Promise<T[]> {
    const { result, fields } = await ask(sql, binds)
    return Array.isArray(result) ? rowsOf<T>(result, fields) : []
  }
  return {
    dialect: 'mysql',
    all,
    one: async <T>(sql: string, binds: readonly Bind[] = []) => (await all<T>(sql, binds))[0],
    async run(sql, binds = []) {
      const { result } = await ask(sql, binds)
      return Array.isArray(result) ? 0 : result.affectedRows
    },
    put(sql, binds = []) {
      const statement = statementOf(sql)
      return line.tell(statement, toBinds(binds, statement.parts.length - 1))
    },
  }
}

const longlong = 8
/** mysql2 hands over a BIGINT that no number can hold as text. */
function rowsOf<T>(rows: readonly unknown[][], fields: readonly FieldPacket[]): T[] {
  for (const [i, { name, columnType }] of fields.entries())
    if (columnType === longlong && rows.some((row) => typeof row[i] === 'string'))
      throw new RangeError(`column ${name} is beyond 2^53`)
  const columns = fields.map(({ name }) => name)
  return rows.map((row) => toRow(columns, row) as T)
}
