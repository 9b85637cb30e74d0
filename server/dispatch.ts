/**
 * The one funnel for calls of sockets, REST, legacy clients and timed jobs (F1): before the transaction (operation, caller,
 * input, rate, prepare), inside it (commit.ts, or a snapshot for reads), after it (answer).
 */
import type { OpDefinition } from '../protocol/define'
import type { CommonErrorCode, Failure, Result } from '../protocol/errors'
import type { Commit } from './commit'
import { DbError, type Db } from './db/connection'
import { internal, refused, refusedBy, type Log } from './failure'
import type { Caller, Refusal, Tools } from './handle'
import type { Limiter } from './limiter'
import { createLoad, purposeOf, type Load } from './load'
import { operationsOf, type AnyHandler, type Operation } from './operations'
import { repeatKeyOf } from './repeat'

export interface Call {
  op: string
  input: unknown
  caller: Caller
  /** Aborted when the caller has left. Transports that cannot tell give none, and no call of theirs may wait. */
  gone?: AbortSignal
}
/** Answers a call. Never rejects. */
export type Dispatch = (call: Call) => Promise<Result<unknown>>

export interface DispatchOptions {
  ops: Readonly<Record<string, OpDefinition>>
  handlers: Readonly<Record<string, AnyHandler>>
  commit: Commit
  db: Db
  tools: Tools
  limiter: Limiter
  /** Absent: counted by itself. */
  load?: Load | undefined
  log: Log
  /** Development and tests: an output that does not fit its schema is a bug (`internal`). */
  checkOutput?: boolean
}
export interface Funnel {
  dispatch: Dispatch
  /** What a call would be turned away with, before anything is looked up; undefined: it may come (L1). `ahead`: see load.ts. */
  turnsAway(op: string, ahead?: number): Failure<'overloaded'> | undefined
  /** Some operations are turned away. */
  isBusy(): boolean
  /** Later calls get `draining`; resolves when those under way are answered (F11). */
  close(): Promise<void>
}

/** Throws when a handler is missing or an operation is declared in a way that cannot work. */
export function createDispatch(options: DispatchOptions): Funnel {
  const { tools, limiter, log, checkOutput = false } = options
  const operations = operationsOf(options.ops, options.handlers)
  const underWay = counter()
  const load = options.load ?? createLoad({ ticks: tools.now })
  const { read, write } = waysIn(options, load)

  function turnsAway(op: string, ahead?: number): Failure<'overloaded'> | undefined {
    const retryAfterMs = load.retryAfterMs(purposeOf(op), ahead)
    return retryAfterMs > 0 ? { code: 'overloaded', data: { retryAfterMs } } : undefined
  }

  async function answer(operation: Operation, call: Call): Promise<Result<unknown>> {
    const { op, input, caller } = call
    const barred = barredBy(operation.definition, caller)
    if (barred) return refused(barred)
    // What does not fit is not counted: who sends it, perhaps for others, uses up nobody's limit (F16).
    const issue = operation.checkInput(input)
    if (issue) return refused('invalidInput', { path: issue.path, expected: issue.message })
    const unfit = operation.kind === 'write' ? operation.handler.check?.(input) : undefined
    if (unfit) return outgoing(operation, unfit)
    const { limit } = operation.definition
    if (caller.kind !== 'system') {
      const who = limit.per === 'user' && caller.kind === 'user' ? caller.userId : caller.address
      const retryAfterMs = await limiter.take(op, who, limit)
      if (retryAfterMs > 0) return refused('tooManyRequests', { retryAfterMs })
    }
    const result = await (operation.kind === 'read' ? read(operation, call) : write(operation, call))
    return outgoing(operation, result)
  }

  /** What leaves the server is what the operation declares (F8). */
  function outgoing(operation: Operation, result: Result<unknown>): Result<unknown> {
    const { name, codes } = operation
    if (!result.ok) {
      if (codes.has(result.error.code)) return { ok: false, error: result.error }
      return broken(name, new Error(`the code ${result.error.code} is not declared`))
    }
    const issue = checkOutput ? operation.checkOutput(result.value) : undefined
    if (issue) return broken(name, new Error(`the output does not fit at ${issue.path}: ${issue.message}`))
    return { ok: true, value: result.value }
  }

  function broken(op: string, error: unknown): Result<never> {
    const failure = error instanceof DbError ? refusedBy(log, op, error) : internal(log, tools, op, error)
    return { ok: false, error: failure }
  }

  return {
    async dispatch(call) {
      if (underWay.closed) return refused('draining')
      const operation = operations.get(call.op)
      if (!operation) return refused('unknownOperation')
      const busy = call.caller.kind === 'system' ? undefined : turnsAway(call.op)
      if (busy) return { ok: false, error: busy }
      underWay.add()
      try {
        return await answer(operation, call)
      } catch (error) {
        return broken(call.op, error)
      } finally {
        underWay.remove()
      }
    },
    turnsAway,
    isBusy: load.isHigh,
    close: underWay.close,
  }
}

/** How calls get to the database, counted while they wait (L3). */
function waysIn({ commit, db, tools }: DispatchOptions, load: Load) {
  return {
    async read({ handler }: Operation & { kind: 'read' }, { input, caller, gone }: Call) {
      if ('wait' in handler) return gone ? handler.wait({ input, caller, gone }) : refused('forbidden')
      const ticket = load.reads.enter()
      const begun = () => load.reads.leave(ticket)
      const works: (() => Promise<Refusal | undefined>)[] = []
      const afterwards = (work: (typeof works)[number]) => void works.push(work)
      const outcome = await db
        .read(async (c) => {
          begun()
          return handler.run({ input, caller, db: c, now: tools.now(), afterwards })
        })
        .finally(begun)
      for (const work of outcome.ok ? works : []) {
        const refusal = await work()
        if (refusal) return refusal
      }
      return outcome
    },

    async write({ handler, definition }: Operation & { kind: 'write' }, { op, input, caller }: Call) {
      const before = await handler.prepare?.({ input, caller, db: db.lone, tools })
      if (before && !before.ok) return before
      const userId = caller.kind === 'user' ? caller.userId : 0
      const repeat = definition.repeat === 'stored' ? repeatKeyOf(op, userId, input) : undefined
      const ticket = load.writes.enter()
      const call = { input, caller, prepared: before?.value }
      const result = await commit.write({ op, handler, call, repeat })
      load.writes.leave(ticket)
      return result
    },
  }
}

/** Why this caller may not call this operation at all (F2). */
function barredBy({ auth }: OpDefinition, { kind }: Caller): CommonErrorCode | undefined {
  if (auth === 'system') return kind === 'system' ? undefined : 'forbidden'
  return auth === 'user' && kind !== 'user' ? 'unauthenticated' : undefined
}

function counter() {
  let count = 0
  let closed = false
  let emptied: () => void = () => undefined
  const empty = new Promise<void>((resolve) => (emptied = resolve))
  const check = () => {
    if (closed && count === 0) emptied()
  }
  return {
    get closed() {
      return closed
    },
    add: () => void count++,
    remove() {
      count--
      check()
    },
    close(): Promise<void> {
      closed = true
      check()
      return empty
    },
  }
}
