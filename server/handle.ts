/** What a handler is given and what it may answer. Handlers know nothing of transports, queues or other domains' tables. */
import type {
  DeclaredError,
  EventData,
  EventName,
  Input,
  OpName,
  Output,
  ReadOpName,
  WriteOpName,
} from '../protocol'
import type { CommonErrorCode, ErrorCode, Failure } from '../protocol/errors'
import type { SessionId, StreamId, TimeMs, UserId, Version, Seq } from '../protocol/ids'
import type { StreamRow } from '../protocol/records'
import type { Connection } from './db/connection'

export type Caller =
  | { kind: 'anonymous'; address: string }
  | { kind: 'user'; userId: UserId; sessionId: SessionId; address: string }
  | { kind: 'system' }
export type UserCaller = Extract<Caller, { kind: 'user' }>
type CallerOf<N extends OpName> = N extends `accounts.${'register' | 'signIn' | 'getChallenge' | 'refresh'}`
  ? Caller
  : UserCaller

export interface Refusal<E extends ErrorCode = ErrorCode> {
  ok: false
  error: Failure<E>
  /** Commit what the call wrote before it refused (counters, revocations). */
  keep: boolean
}
export type Outcome<T, E extends ErrorCode> = { ok: true; value: T } | Refusal<E>
export const ok = <T>(value: T): { ok: true; value: T } => ({ ok: true, value })
export const refuse = <const E extends ErrorCode>(
  code: E,
  data?: Failure['data'],
  options?: { keep: boolean },
): Refusal<E> => ({
  ok: false,
  error: data ? { code, data } : { code },
  keep: options?.keep ?? false,
})

/** Head of a stream. `seq`, `countable` and `lastAt` are the messages' and stay 0 in user streams. */
export interface Head {
  version: Version
  seq: Seq
  countable: number
  lastAt: TimeMs
}

/** The write transaction as one call sees it. Whatever it recorded is undone with the call. */
export interface Tx {
  /** For the domain's sql.ts. */
  readonly db: Connection
  /**
   * Locks the heads of these streams, in ascending id. Must come before whatever decides the call is read. Locking again
   * what is held is free; locking a lower id later is a bug and throws.
   */
  lock(streams: readonly StreamId[]): Promise<void>
  /** Head of a locked stream; undefined when there is no such stream. Chat changes seq, countable and lastAt in place. */
  head(stream: StreamId): Head | undefined
  /** Makes a new, locked stream. */
  openStream(stream: StreamId): Promise<Head>
  /**
   * A row changes: it takes the stream's next version, is published after the commit, and is returned to be written.
   * The same record goes to the database and to the wire.
   */
  change<R extends StreamRow>(stream: StreamId, row: (v: Version) => R): R
  /** Tells one user's live sockets (or one session's) on every node, after the commit; perhaps more than once. */
  notify<N extends EventName>(
    to: { userId: UserId; sessionId?: SessionId },
    event: N,
    data: EventData<N>,
  ): void
  /**
   * Time of this call: max(node clock, lastAt of every locked head), or of that stream's head alone (S5: in a batch, other
   * conversations are locked too). Read it after the locks.
   */
  now(stream?: StreamId): TimeMs
  newId(): number
}

/** Clock and dice of the process: real in production, counted in the simulator. Only `prepare` may throw dice. */
export interface Tools {
  now(): TimeMs
  /** Random bytes as base64url text. */
  token(bytes: number): string
}

export interface ReadCall<N extends OpName> {
  input: Input<N>
  caller: CallerOf<N>
  db: Connection
  now: TimeMs
  /** Done when the snapshot is let go, before the answer, if that is a success: a refusal of `work` takes its place. */
  afterwards(work: () => Promise<Refusal<'tooManyRequests'> | undefined>): void
}
export interface PrepareCall<N extends OpName> {
  input: Input<N>
  caller: CallerOf<N>
  db: Connection
  tools: Tools
}
export interface WriteCall<N extends OpName, P> {
  input: Input<N>
  caller: CallerOf<N>
  prepared: P
}

export interface ReadHandler<N extends OpName> {
  run(call: ReadCall<N>): Promise<Outcome<Output<N>, DeclaredError<N>>>
}
/** A read that waits for something to happen: outside any snapshot, and only where the caller can be seen to leave. */
export interface WaitCall<N extends OpName> {
  input: Input<N>
  caller: CallerOf<N>
  /** Aborted when nobody waits for the answer any more. */
  gone: AbortSignal
}
export interface WaitHandler<N extends OpName> {
  wait(call: WaitCall<N>): Promise<Outcome<Output<N>, DeclaredError<N> | CommonErrorCode>>
}
export interface WriteHandler<N extends OpName, P = unknown> {
  /** What can be refused for the input alone, at little cost: asked before the call is counted (F16). */
  check?(input: Input<N>): Refusal<WriteError<N>> | undefined
  /** Slow or impure work before the transaction: hashing, dice. Decides nothing that the transaction must decide. */
  prepare?(call: PrepareCall<N>): Promise<Outcome<P, WriteError<N>>>
  /** Calls with one lane share a transaction where transactions are per conversation (MySQL). Absent: a lane of its own. */
  lane?(call: WriteCall<N, P>): StreamId
  /** Awaits nothing but `tx`. Keeps nothing outside it: a deadlock runs it again. */
  run(call: WriteCall<N, P>, tx: Tx): Promise<Outcome<Output<N>, WriteError<N>>>
  /** Neighbouring calls at once: decides all before its first write, equal clientIds within are repeats. */
  batch?(calls: readonly WriteCall<N, P>[], tx: Tx): Promise<Outcome<Output<N>, WriteError<N>>[]>
}
/**
 * A write may find, beside what it declares, that its clientId was used for something else, that its caller has to wait,
 * or that a value breaks a rule no schema can state (`path` says where).
 */
type WriteError<N extends OpName> =
  DeclaredError<N> | Extract<CommonErrorCode, 'conflict' | 'tooManyRequests' | 'invalidInput'>

export const handleRead = <N extends ReadOpName>(_name: N, run: ReadHandler<N>['run']): ReadHandler<N> => ({
  run,
})
export const handleWait = <N extends ReadOpName>(_name: N, wait: WaitHandler<N>['wait']): WaitHandler<N> => ({
  wait,
})
export const handleWrite = <N extends WriteOpName, P = undefined>(
  _name: N,
  handler: WriteHandler<N, P>,
): WriteHandler<N, P> => handler

/** The table of handlers: a missing one, or one that answers an undeclared code, does not compile. */
export type Handlers = { [N in ReadOpName]: ReadHandler<N> | WaitHandler<N> } & {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what `prepare` hands to `run` is private to each handler
  [N in WriteOpName]: WriteHandler<N, any>
}
