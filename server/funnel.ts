/** Operations and handlers as the funnel sees them: of any name, checked by nothing but schemas. */
import type { ErrorCode } from '../protocol/errors'
import type { StreamId, TimeMs } from '../protocol/ids'
import type { Connection } from './db/connection'
import type { Caller, Outcome, Refusal, Tools, Tx } from './handle'

export type AnyOutcome = Outcome<unknown, ErrorCode>
export interface AnyCall {
  input: unknown
  caller: Caller
  prepared: unknown
}
export interface AnyWrite {
  check?(input: unknown): Refusal | undefined
  prepare?(call: { input: unknown; caller: Caller; db: Connection; tools: Tools }): Promise<AnyOutcome>
  lane?(call: AnyCall): StreamId
  run(call: AnyCall, tx: Tx): Promise<AnyOutcome>
  batch?(calls: readonly AnyCall[], tx: Tx): Promise<AnyOutcome[]>
}
export interface AnyWait {
  wait(call: { input: unknown; caller: Caller; gone: AbortSignal }): Promise<AnyOutcome>
}
export interface AnyRead {
  run(call: {
    input: unknown
    caller: Caller
    db: Connection
    now: TimeMs
    afterwards(work: () => Promise<Refusal | undefined>): void
  }): Promise<AnyOutcome>
}
