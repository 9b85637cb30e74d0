/** Does effects on the ports and reports what comes of them. */
import { encode } from '../../protocol/wire'
import type { Effect } from './effects'
import type { Happening } from './inputs'
import type { HttpAnswer, Ports } from './ports'

/** Effects for the ports; the other two are for whoever listens to the engine. */
export type PortEffect = Exclude<Effect, { do: 'settle' | 'changed' }>
type Socket = ReturnType<Ports['socket']['open']>

export function createPerformer(
  ports: Ports,
  feed: (happening: Happening) => void,
): (effect: PortEffect) => void {
  const sockets = new Map<number, Socket>()

  function open(socket: number): void {
    const events = {
      opened: () => feed({ is: 'opened', socket }),
      text: (text: string) => feed({ is: 'text', socket, text }),
      closed: () => feed({ is: 'closed', socket }),
    }
    sockets.set(socket, ports.socket.open(events))
  }
  function close(socket: number): void {
    sockets.get(socket)?.close()
    sockets.delete(socket)
  }
  function load(load: number): void {
    ports.store.load().then(
      (entries) => feed({ is: 'loaded', load, entries }),
      // A store that cannot be read is as good as empty: everything but unsent acts is on the server.
      () => feed({ is: 'loaded', load, entries: [] }),
    )
  }
  function save({ save, batch }: Extract<Effect, { do: 'save' }>): void {
    ports.store.write(batch).then(
      () => feed({ is: 'saved', save }),
      () => feed({ is: 'saveFailed', save }),
    )
  }
  const calls = createCalls(ports, feed)
  const works = createWorks(ports, feed)

  return (effect) => {
    switch (effect.do) {
      case 'claim':
        return ports.owner.claim(effect.steal, (owned) => feed({ is: 'owner', owned }))
      case 'offer':
        return ports.owner.offer?.()
      case 'load':
        return load(effect.load)
      case 'save':
        return save(effect)
      case 'open':
        return open(effect.socket)
      case 'close':
        return close(effect.socket)
      case 'send':
        return sockets.get(effect.socket)?.send(encode(effect.frame))
      case 'http':
        return calls.post(effect)
      case 'abort':
        return calls.abort(effect.call)
      case 'solve':
        return works.solve(effect)
      case 'stopSolving':
        return works.stop(effect.work)
      case 'wakeAt':
        return ports.clock.wakeAt(effect.at, () => feed({ is: 'wake' }))
    }
  }
}

/** Requests by REST. */
function createCalls(ports: Ports, feed: (happening: Happening) => void) {
  const calls = new Map<number, () => void>()
  return {
    post({ call, op, input, token, timeoutMs }: Extract<Effect, { do: 'http' }>): void {
      const answered = (answer: HttpAnswer) => {
        calls.delete(call)
        feed({ is: 'answer', call, answer })
      }
      const stop = ports.http.post(op, input, token, answered, timeoutMs)
      if (stop) calls.set(call, stop)
    },
    abort(call: number): void {
      calls.get(call)?.()
      calls.delete(call)
    },
  }
}

/** Work on challenges. */
function createWorks(ports: Ports, feed: (happening: Happening) => void) {
  const works = new Map<number, () => void>()
  return {
    solve({ work, challenge }: Extract<Effect, { do: 'solve' }>): void {
      const stop = ports.work.solve(challenge, (number) => {
        works.delete(work)
        feed({ is: 'solved', work, number })
      })
      works.set(work, stop)
    },
    stop(work: number): void {
      works.get(work)?.()
      works.delete(work)
    },
  }
}
