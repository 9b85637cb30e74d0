/** What the funnel answers when something broke, and what it logs: never an input. */
import type { CommonErrorCode, Failure, Result } from '../protocol/errors'
import type { DbError } from './db/connection'
import type { Tools } from './handle'

/** The part of a logger that the funnel uses. */
export interface Log {
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Logs a bug and gives the failure that stands for it. Both carry the same reference. */
export function internal(log: Log, tools: Tools, op: string, error: unknown): Failure<'internal'> {
  const ref = tools.token(9)
  log.error({ op, ref, error: describe(error) }, 'a call failed')
  return { code: 'internal', data: { ref } }
}

/** Logs that the database refused and gives the failure a caller sees. */
export function refusedBy(log: Log, op: string, error: DbError): Failure<CommonErrorCode> {
  log.error({ op, kind: error.kind, error: describe(error.cause) }, 'the database refused')
  return { code: error.kind === 'full' ? 'storageFull' : 'unavailable' }
}

/** Drivers repeat values in their messages ("Duplicate entry …"): of their errors only the code is told. */
export function describe(error: unknown): object {
  if (!(error instanceof Error)) return { name: typeof error }
  const code = 'code' in error ? String(error.code) : undefined
  const stack = error.stack
    ?.split('\n')
    .filter((line) => line.startsWith('    at '))
    .join('\n')
  return { name: error.name, ...(code ? { code } : { message: error.message }), stack }
}

/** The answer to a call that is refused with this code. */
export const refused = (code: CommonErrorCode, data?: Failure['data']): Result<never> => ({
  ok: false,
  error: data ? { code, data } : { code },
})
