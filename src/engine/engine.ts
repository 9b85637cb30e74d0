/** Does what `step` asks for on the ports, and feeds it what happens there: one input at a time, in order. */
import type { Result } from '../../protocol/errors'
import { encode } from '../../protocol/wire'
import type { Effect } from './effects'
import type { Engine, Intent, Ticket, Topic } from './face'
import { isCurrent } from './header'
import type { Happening } from './inputs'
import { pendingActs } from './outbox'
import type { Ports } from './ports'
import { newState } from './state'
import { step } from './step'
import { createViews } from './view/views'

type Socket = ReturnType<Ports['socket']['open']>

/** An engine on a platform. Nothing happens before `start`. */
export function createEngine(ports: Ports): Engine {
  const state = newState(ports.device)
  const views = createViews(state)
  const settled: ((ticket: Ticket, result: Result<unknown>) => void)[] = []
  const changed: ((topics: ReadonlySet<Topic>) => void)[] = []
  const waiting: Happening[] = []
  const sockets = new Map<number, Socket>()
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
        const { effects } = step(state, { ...next, now: ports.clock.now(), unit: ports.dice.unit() })
        if (next.is === 'stop') stopped = true
        for (const effect of effects) perform(effect)
      }
    } finally {
      running = false
    }
  }

  function openSocket(socket: number): void {
    const events = {
      opened: () => feed({ is: 'opened', socket }),
      text: (text: string) => feed({ is: 'text', socket, text }),
      closed: () => feed({ is: 'closed', socket }),
    }
    sockets.set(socket, ports.socket.open(events))
  }

  function perform(effect: Effect): void {
    switch (effect.do) {
      case 'claim':
        return ports.owner.claim(effect.steal, (owned) => feed({ is: 'owner', owned }))
      case 'load': {
        const { load } = effect
        return void ports.store.load().then(
          (entries) => feed({ is: 'loaded', load, entries }),
          // A store that cannot be read is as good as empty: everything but unsent acts is on the server.
          () => feed({ is: 'loaded', load, entries: [] }),
        )
      }
      case 'save': {
        const { save } = effect
        return void ports.store.write(effect.batch).then(
          () => feed({ is: 'saved', save }),
          () => feed({ is: 'saveFailed', save }),
        )
      }
      case 'open':
        return openSocket(effect.socket)
      case 'close':
        sockets.get(effect.socket)?.close()
        return void sockets.delete(effect.socket)
      case 'send':
        return sockets.get(effect.socket)?.send(encode(effect.frame))
      case 'http': {
        const { call, op, input, token } = effect
        return ports.http.post(op, input, token, (answer) => feed({ is: 'answer', call, answer }))
      }
      case 'wakeAt':
        return ports.clock.wakeAt(effect.at, () => feed({ is: 'wake' }))
      case 'settle':
        return settled.forEach((listener) => listener(effect.ticket, effect.result))
      case 'changed':
        return changed.forEach((listener) => listener(effect.topics))
    }
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
    current: () => isCurrent({ state }),
    pendingCount: () => (state.account ? pendingActs(state.account) : 0),
    ...views,
  }
}
