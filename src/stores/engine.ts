/** The only bridge between Vue and the engine: intents in, views and results out. */
import { getCurrentScope, onScopeDispose, shallowRef, type ShallowRef } from 'vue'
import type { Input, OpName, Output } from '../../protocol'
import type { Result } from '../../protocol/errors'
import type { CallResult, Engine, Intent, Ticket, Topic } from '../engine/face'

type Settle = (result: Result<unknown>) => void

let current: Engine | undefined
/** Who waits for a ticket. */
const waiting = new Map<Ticket, Settle>()
/** Results that came while `tell` had not yet returned its ticket. */
let early: Map<Ticket, Result<unknown>> | undefined
const listeners = new Set<(topics: ReadonlySet<Topic>) => void>()

/** Hands in the engine. Called once, before the first page is made. */
export function provideEngine(engine: Engine): void {
  current = engine
  engine.onSettled((ticket, result) => {
    const settle = waiting.get(ticket)
    waiting.delete(ticket)
    if (settle) settle(result)
    else early?.set(ticket, result)
  })
  engine.onChanged((topics) => {
    for (const listener of [...listeners]) listener(topics)
  })
}

/** The engine that was handed in. Throws when there is none: a mistake of the start, not of the user. */
export function engine(): Engine {
  if (!current) throw new Error('provideEngine was not called')
  return current
}

/** Tells an intent and gives its result. Never rejects: a refusal is a value. */
export function ask(intent: Intent): Promise<Result<unknown>> {
  return new Promise((resolve) => {
    early = new Map()
    const ticket = engine().tell(intent)
    const result = early.get(ticket)
    early = undefined
    if (result) resolve(result)
    else waiting.set(ticket, resolve)
  })
}

/** Calls an operation; typed by the table of operations. A write gets its clientId from the engine. */
export function call<N extends OpName>(op: N, input: Omit<Input<N>, 'clientId'>): Promise<Result<Output<N>>> {
  // The table pairs `op` with `input`; a generic N cannot be shown to be one row of that union.
  return ask({ is: 'call', op, input } as Intent) as Promise<CallResult<N>>
}

/** A view that is read again whenever one of `topics` changes; ends with the scope that asked for it. */
export function viewOf<T>(topics: readonly Topic[], read: (engine: Engine) => T): Readonly<ShallowRef<T>> {
  const value = shallowRef(read(engine()))
  const listener = (changed: ReadonlySet<Topic>): void => {
    if (topics.some((topic) => changed.has(topic))) value.value = read(engine())
  }
  listeners.add(listener)
  if (getCurrentScope()) onScopeDispose(() => listeners.delete(listener))
  return value
}
