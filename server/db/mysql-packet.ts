/**
 * Statements on their way to one MySQL-protocol connection. The driver waits for each answer before it sends the next
 * statement. So what can share a packet does: writes whose answer nobody reads wait for the next statement that is answered,
 * or for COMMIT, and statements that are asked for in one step leave together, in their order. The database stops at the first
 * that fails, and no COMMIT follows a failure (ADR 0019).
 */
import mysql, { type FieldPacket, type PoolConnection, type QueryError } from 'mysql2'
import { DbError, type Bind } from './connection'
import { mysqlError } from './mysql-error'
import { textOf, type Statement } from './mysql-text'

/** Rows as arrays, or what a statement without rows answers. */
export interface Answer {
  readonly result: unknown[][] | { affectedRows: number }
  readonly fields: readonly FieldPacket[]
}
/** How statements reach a connection. */
export interface Line {
  ask(statement: Statement, values: readonly Bind[]): Promise<Answer>
  /** Nobody reads the answer. There is something to wait for only when too much is on its way. */
  tell(statement: Statement, values: readonly Bind[]): Promise<unknown> | undefined
  /** Forgets what did not leave yet, and what failed. */
  reset(): void
}

interface Asked {
  readonly statement: Statement
  readonly values: readonly Bind[]
  /** Absent: nobody waits. */
  readonly settle?: { resolve(answer: Answer): void; reject(error: unknown): void }
}

/**
 * A statement failed for whose answer nobody waited, or one beside such: nobody can tell which call it was. The transaction has to
 * run again, a statement at a time.
 */
export class Untold extends DbError {
  constructor(cause: unknown) {
    super('again', cause)
  }
}

/** More text does not wait. Far below max_allowed_packet. */
const waitingCharsMax = 256 * 1024

/** Every statement for itself, prepared once per connection and text (mysql2 keeps them) when it has binds. */
export function oneByOne(raw: PoolConnection): Line {
  const ask: Line['ask'] = (statement, values) =>
    sendOne(raw, { statement, values }).catch((cause: unknown) => {
      throw mysqlError(cause)
    })
  return { ask, tell: ask, reset: () => undefined }
}

/** The connection must have been opened with `multipleStatements`. */
export function together(raw: PoolConnection): Line {
  let waiting: Asked[] = []
  let chars = 0
  let leaving = false
  let untold: Untold | undefined

  function leave(): void {
    const packet = waiting
    reset()
    if (packet.length === 0) return
    send(raw, packet, untold).then(
      (answers) => {
        for (const [i, { settle }] of packet.entries()) settle?.resolve(answers[i] ?? none)
      },
      (cause: unknown) => {
        const error = asUntold(packet, mysqlError(cause))
        if (error instanceof Untold) untold = error
        for (const { settle } of packet) settle?.reject(error)
      },
    )
  }
  function reset(): void {
    waiting = []
    chars = 0
    leaving = false
  }
  const ask: Line['ask'] = (statement, values) =>
    new Promise((resolve, reject) => {
      waiting.push({ statement, values, settle: { resolve, reject } })
      if (!leaving) queueMicrotask(leave)
      leaving = true
    })
  return {
    ask,
    tell(statement, values) {
      chars += statement.sql.length + charsOf(values)
      if (chars > waitingCharsMax) return ask(statement, values)
      waiting.push({ statement, values })
      return undefined
    },
    reset() {
      reset()
      untold = undefined
    },
  }
}

const charsOf = (values: readonly Bind[]): number =>
  values.reduce((sum: number, value) => sum + (typeof value === 'string' ? value.length : 20), 0)

const asUntold = (packet: readonly Asked[], error: unknown): unknown => {
  const known = error instanceof DbError && error.kind !== 'duplicate'
  return known || packet.every(({ settle }) => settle) ? error : new Untold(error)
}

const none: Answer = { result: { affectedRows: 0 }, fields: [] }

/** Sends nothing after a failure. */
async function send(raw: PoolConnection, packet: readonly Asked[], failure?: Error): Promise<Answer[]> {
  if (failure) throw failure
  const [first] = packet
  if (first && packet.length === 1) return [await sendOne(raw, first)]
  const sql = packet.map(({ statement, values }) => textOf(statement, values)).join(';\n')
  const [results, fields] = await answered<Answer['result'][]>((done) => {
    raw.query({ sql, rowsAsArray: true }, done)
  })
  if (results.length !== packet.length)
    throw new Error(`${packet.length} statements had ${results.length} answers`)
  return results.map((result, i) => ({ result, fields: (fields as unknown as FieldPacket[][])[i] ?? [] }))
}

async function sendOne(raw: PoolConnection, { statement, values }: Asked): Promise<Answer> {
  const options = { sql: statement.sql, rowsAsArray: true }
  const [result, fields] = await answered<Answer['result']>((done) => {
    if (values.length > 0) raw.execute(options, values.map(toParameter), done)
    else raw.query(options, done)
  })
  return { result, fields }
}

/** mysql2's types know no rows as arrays. */
const answered = <R>(ask: (done: Done) => void): Promise<[result: R, fields: FieldPacket[]]> =>
  new Promise((resolve, reject) => {
    ask((error, result, fields) => (error ? reject(error) : resolve([result as R, fields ?? []])))
  })
type Done = (error: QueryError | null, result: unknown, fields?: FieldPacket[]) => void

const toParameter = (bind: Bind) => {
  if (typeof bind === 'bigint') return mysql.TypedParameter.LONGLONG(bind)
  return bind instanceof Uint8Array ? Buffer.from(bind.buffer, bind.byteOffset, bind.byteLength) : bind
}
