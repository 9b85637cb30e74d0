/**
 * Typed SQL for whatever is not hot. No `returning` (MariaDB answers it with nothing), no `onConflict` (MySQL has none: use
 * dialect.ts), no transactions (server/commit.ts has them).
 */
import {
  Kysely,
  MysqlAdapter,
  MysqlIntrospector,
  MysqlQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from 'kysely'
import type { Bind, Connection } from './connection'
import type { Tables } from './tables'

const builders = new WeakMap<Connection, Kysely<Tables>>()

/** The query builder of a connection, made once for each. Refuses what does not mean the same on both databases. */
export function builder(connection: Connection): Kysely<Tables> {
  const known = builders.get(connection)
  if (known) return known
  const made = new Kysely<Tables>({ dialect: dialectOf(connection) })
  builders.set(connection, made)
  return made
}

const dialectOf = (connection: Connection): Dialect =>
  connection.dialect === 'sqlite'
    ? {
        createAdapter: () => new SqliteAdapter(),
        createQueryCompiler: () => new SqliteQueryCompiler(),
        createIntrospector: (db) => new SqliteIntrospector(db),
        createDriver: () => driverOf(connection),
      }
    : {
        createAdapter: () => new MysqlAdapter(),
        createQueryCompiler: () => new MysqlQueryCompiler(),
        createIntrospector: (db) => new MysqlIntrospector(db),
        createDriver: () => driverOf(connection),
      }

function driverOf(connection: Connection): Driver {
  const one: DatabaseConnection = {
    executeQuery: (query) => execute(connection, query),
    streamQuery: () => refuse('streams'),
  }
  return {
    init: async () => undefined,
    acquireConnection: async () => one,
    beginTransaction: async () => refuse('transactions'),
    commitTransaction: async () => refuse('transactions'),
    rollbackTransaction: async () => refuse('transactions'),
    releaseConnection: async () => undefined,
    destroy: async () => undefined,
  }
}

async function execute<R>(connection: Connection, query: CompiledQuery): Promise<QueryResult<R>> {
  const { query: node, sql } = query
  // Whatever is not a Bind is refused by bind.ts.
  const binds = query.parameters as readonly Bind[]
  if ('returning' in node) refuse('returning')
  if ('onConflict' in node) refuse('onConflict')
  if (node.kind === 'SelectQueryNode' || /^\s*(select|with)\b/i.test(sql))
    return { rows: await connection.all<R>(sql, binds) }
  return { rows: [], numAffectedRows: BigInt(await connection.run(sql, binds)) }
}

function refuse(what: string): never {
  throw new Error(`server/db has no ${what} in its query builder`)
}
