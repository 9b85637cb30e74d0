/** Does what `step` asks for on the ports, and feeds it what happens there: one input at a time, in order. */
import type { Result } from '../../protocol/errors'
import type { Effect } from './effects'
import type { Engine, Intent, Ticket, Topic } from './face'
import { isCurrent } from './header'
import type { Happening } from './inputs'
import { pendingActs } from './outbox'
import { createPerformer } from './perform'
import type { Ports } from './ports'
import { newState } from './state'
import { step } from './step'
import { guessTime, serverNow } from './time'
import { createViews } from './view/views'

/** An engine on a platform. Nothing happens before `start`. */
export function createEngine(ports: Ports): Engine {
  const state = newState(ports.device)
  const views = createViews(state)
  guessTime({ state, now: ports.clock.now(), wall: ports.clock.wall() })
  const settled: ((ticket: Ticket, result: Result<unknown>) => void)[] = []
  const changed: ((topics: ReadonlySet<Topic>) => void)[] = []
  const waiting: Happening[] = []
  let running = false
  let stopped = false
  let tickets: Ticket = 0
  /** What is told while the dice are not ready. */
  let early: (() => void)[] | undefined = ports.dice.ready && []

  function feed(happening: Happening): void {
    if (stopped) return
    waiting.push(happening)
    if (running) return
    running = true
    try {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const { effects } = step(state, {
          ...next,
          now: ports.clock.now(),
          wall: ports.clock.wall(),
          unit: ports.dice.unit(),
        })
        if (next.is === 'stop') stopped = true
        for (const effect of effects) perform(effect)
      }
    } finally {
      running = false
    }
  }

  const onPorts = createPerformer(ports, feed)
  function perform(effect: Effect): void {
    if (effect.do === 'settle') for (const listener of settled) listener(effect.ticket, effect.result)
    else if (effect.do === 'changed') for (const listener of changed) listener(effect.topics)
    else onPorts(effect)
  }

  function start(): void {
    const told = early
    early = undefined
    feed({ is: 'start' })
    told?.forEach((hear) => hear())
  }

  return {
    start() {
      if (ports.dice.ready) void ports.dice.ready.then(start)
      else start()
    },
    stop: () => feed({ is: 'stop' }),
    tell(intent: Intent): Ticket {
      const ticket = ++tickets
      const hear = () => feed({ is: 'intent', ticket, intent, id: ports.dice.id() })
      if (early) early.push(hear)
      else hear()
      return ticket
    },
    onSettled: (listener) => void settled.push(listener),
    onChanged: (listener) => void changed.push(listener),
    now: () => serverNow({ state, now: ports.clock.now() }),
    current: () => isCurrent({ state }),
    pendingCount: () => (state.account ? pendingActs(state.account) : 0),
    ...views,
  }
}
