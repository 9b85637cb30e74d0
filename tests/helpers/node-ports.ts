/** What the client's engine needs, made of Node: real time, real sockets, a disk that outlives the app. */
import { randomBytes } from 'node:crypto'
import { WebSocket } from 'ws'
import type { Failure } from '../../protocol/errors'
import type {
  ClockPort,
  HttpAnswer,
  HttpPort,
  Ports,
  SocketPort,
  StorePort,
  WorkPort,
} from '../../src/engine/ports'
import { numberIn } from './solve'

const answerWithinMs = 15_000

export interface NodePorts extends Ports {
  /** The app is gone: the socket dies without a word, no timer fires. */
  end(): void
}
/** `url` is asked at each connection, `id` at each act; `disk` is what the app finds when it starts. */
export function nodePorts(options: {
  name: string
  url: () => string
  disk: Map<string, string>
  id?: () => string
}): NodePorts {
  const { name, url, disk } = options
  const life = new AbortController()
  return {
    clock: clockOf(life.signal),
    dice: { id: options.id ?? (() => randomBytes(16).toString('base64url')), unit: Math.random },
    socket: socketOf(url, life.signal),
    http: httpOf(url, life.signal),
    store: storeOf(disk, life.signal),
    owner: { claim: (_steal, change) => void setImmediate(() => change(true)) },
    work: workOf(life.signal),
    device: { name, platform: 'other' },
    end: () => life.abort(),
  }
}

function clockOf(life: AbortSignal): ClockPort {
  let timer: NodeJS.Timeout | undefined
  life.addEventListener('abort', () => clearTimeout(timer))
  return {
    now: () => performance.now(),
    wall: () => Date.now(),
    wakeAt(at, wake) {
      clearTimeout(timer)
      if (at !== null && !life.aborted)
        timer = setTimeout(wake, Math.max(0, Math.ceil(at - performance.now())))
    },
  }
}

function socketOf(url: () => string, life: AbortSignal): SocketPort {
  return {
    open(events) {
      const socket = new WebSocket(`${url().replace(/^http/, 'ws')}/ws`)
      const stop = () => socket.terminate()
      life.addEventListener('abort', stop)
      const unlessOver = (hear: () => void) => () => {
        if (!life.aborted) hear()
      }
      socket.on('error', () => undefined)
      socket.on('open', unlessOver(events.opened))
      socket.on('message', (data: Buffer) => unlessOver(() => events.text(data.toString()))())
      socket.on('close', () => {
        life.removeEventListener('abort', stop)
        unlessOver(events.closed)()
      })
      return {
        send: (text) => {
          if (socket.readyState === WebSocket.OPEN) socket.send(text)
        },
        close: () => socket.terminate(),
      }
    },
  }
}

function httpOf(url: () => string, life: AbortSignal): HttpPort {
  const ask = async (op: string, input: unknown, token: string | undefined, off: AbortSignal) => {
    const response = await fetch(`${url()}/api/${op}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(input),
      signal: off,
    })
    const body = (await response.json()) as { error?: Failure }
    const at = Date.parse(response.headers.get('date') ?? '')
    return { ...answerOf(response.ok, body), ...(Number.isFinite(at) && { at }) }
  }
  return {
    post(op, input, token, done, withinMs = answerWithinMs) {
      const called = new AbortController()
      const timer = AbortSignal.timeout(withinMs)
      const lost = (): HttpAnswer => ({ ok: false, error: { code: timer.aborted ? 'timeout' : 'offline' } })
      ask(op, input, token, AbortSignal.any([life, called.signal, timer]))
        .catch(lost)
        .then((answer) => {
          if (!life.aborted && !called.signal.aborted) done(answer)
        }, console.error)
      return () => called.abort()
    },
  }
}
const answerOf = (ok: boolean, body: { error?: Failure }): HttpAnswer =>
  ok ? { ok, value: body } : { ok, error: body.error ?? { code: 'unavailable' } }

function workOf(life: AbortSignal): WorkPort {
  return {
    solve(challenge, done) {
      const timer = setImmediate(() => life.aborted || done(numberIn(challenge)))
      return () => clearImmediate(timer)
    },
  }
}

function storeOf(disk: Map<string, string>, life: AbortSignal): StorePort {
  return {
    load: async () => [...disk],
    write: ({ put, remove }) =>
      new Promise((resolve) => {
        setImmediate(() => {
          if (life.aborted) return
          for (const [key, value] of put) disk.set(key, value)
          for (const key of remove) disk.delete(key)
          resolve()
        })
      }),
  }
}
