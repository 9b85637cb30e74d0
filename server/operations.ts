/** The table of operations as dispatch uses it: definition, compiled schemas, handler, codes. */
import { compile, type Issue, type OpDefinition } from '../protocol/define'
import type { CommonErrorCode } from '../protocol/errors'
import type { AnyRead, AnyWait, AnyWrite } from './funnel'

interface Common {
  readonly name: string
  readonly definition: OpDefinition
  readonly checkInput: (value: unknown) => Issue | undefined
  readonly checkOutput: (value: unknown) => Issue | undefined
  /** Codes that may leave the server. */
  readonly codes: ReadonlySet<string>
}
export type AnyHandler = AnyRead | AnyWait | AnyWrite
export type Operation = Common &
  ({ kind: 'read'; handler: AnyRead | AnyWait } | { kind: 'write'; handler: AnyWrite })

const commonCodes: Record<CommonErrorCode, true> = {
  invalidInput: true,
  unknownOperation: true,
  unauthenticated: true,
  forbidden: true,
  conflict: true,
  tooManyRequests: true,
  overloaded: true,
  draining: true,
  storageFull: true,
  unavailable: true,
  internal: true,
}

/** Throws when a definition has no handler, or a `stored` write is public or batched. */
export function operationsOf(
  ops: Readonly<Record<string, OpDefinition>>,
  handlers: Readonly<Record<string, AnyHandler>>,
): ReadonlyMap<string, Operation> {
  return new Map(
    Object.entries(ops).map(([name, definition]) => {
      const handler = handlers[name]
      if (!handler) throw new Error(`${name} has no handler`)
      return [name, operationOf(name, definition, handler)]
    }),
  )
}

function operationOf(name: string, definition: OpDefinition, handler: AnyHandler): Operation {
  const common: Common = {
    name,
    definition,
    checkInput: compile(definition.input),
    checkOutput: compile(definition.output),
    codes: new Set([...Object.keys(commonCodes), ...definition.errors]),
  }
  if (definition.kind === 'read') return { ...common, kind: 'read', handler: handler as AnyRead | AnyWait }
  const write = handler as AnyWrite
  if (definition.repeat === 'stored' && (definition.auth === 'public' || write.batch))
    throw new Error(`${name}: a stored write needs a user and runs by itself`)
  return { ...common, kind: 'write', handler: write }
}
