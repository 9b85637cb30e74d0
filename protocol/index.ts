/** Everything that phone and server agree on, by name. */
import type { Static } from './define'
import type { CommonErrorCode } from './errors'
import { accounts } from './accounts'
import { chat } from './chat'
import { contacts } from './contacts'
import { events, sync } from './sync'

export const ops = { ...sync, ...accounts, ...chat, ...contacts }
export { events }

export type Ops = typeof ops
export type OpName = keyof Ops
export type Input<N extends OpName> = Static<Ops[N]['input']>
export type Output<N extends OpName> = Static<Ops[N]['output']>
/** Codes an operation declares. */
export type DeclaredError<N extends OpName> = Ops[N]['errors'][number]
/** Codes its caller may see. */
export type OpError<N extends OpName> = DeclaredError<N> | CommonErrorCode
export type WriteOpName = { [N in OpName]: Ops[N]['kind'] extends 'write' ? N : never }[OpName]
export type ReadOpName = Exclude<OpName, WriteOpName>

export type Events = typeof events
export type EventName = keyof Events
export type EventData<N extends EventName> = Static<Events[N]['data']>
