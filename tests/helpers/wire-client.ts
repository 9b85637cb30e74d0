/** A plain client of the real server: REST by fetch, the socket by `ws`, no engine. For tests that need exact control. */
import { WebSocket } from 'ws'
import type { Input, OpName, Output } from '../../protocol'
import type { Failure } from '../../protocol/errors'
import { decodeDown, encode, type Down, type Up } from '../../protocol/wire'
import { PROTOCOL_VERSION } from '../../protocol/version'

export type Answer<N extends OpName> = { ok: true; value: Output<N> } | { ok: false; error: Failure }

/** POST /api/<op>. */
export async function post<N extends OpName>(
  url: string,
  op: N,
  input: Input<N>,
  token?: string,
): Promise<Answer<N>> {
  const response = await fetch(`${url}/api/${op}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify(input),
  })
  const body = (await response.json()) as Output<N> & { error?: Failure }
  return response.ok ? { ok: true, value: body } : { ok: false, error: body.error ?? { code: 'internal' } }
}

/** The value of an answer that must be a success. */
export function must<N extends OpName>(answer: Answer<N>): Output<N> {
  if (!answer.ok) throw new Error(`refused: ${JSON.stringify(answer.error)}`)
  return answer.value
}

let serial = 0
export const freshId = (): string =>
  `test-${process.pid}-${Date.now().toString(36)}-${(serial++).toString(36)}`

/** One open socket after `welcome`. Calls that the socket does not outlive never settle: see `onClose`. */
export class WireClient {
  private readonly waiting = new Map<number, (frame: Extract<Down, { t: 'res' }>) => void>()
  private readonly listeners = new Set<(frame: Down) => void>()
  private nextId = 1

  private constructor(
    private readonly socket: WebSocket,
    readonly closed: Promise<number>,
  ) {}

  /** Throws Error when no `welcome` comes, at the latest after `withinMs`; its cause is the `bye` that came instead. */
  static async connect(url: string, token: string, withinMs = 30_000): Promise<WireClient> {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws`)
    socket.on('error', () => undefined)
    const client = new WireClient(socket, new Promise((resolve) => socket.on('close', resolve)))
    socket.on('message', (data: Buffer) => decodeDown(data.toString()).forEach((frame) => client.hear(frame)))
    const welcome = client.next((frame) => frame.t === 'welcome' || frame.t === 'bye')
    socket.on('open', () => client.send({ t: 'hello', v: PROTOCOL_VERSION, token, features: [] }))
    const timer = setTimeout(() => socket.terminate(), withinMs)
    const first = await Promise.race([welcome, client.closed])
    clearTimeout(timer)
    if (typeof first === 'number' || first.t !== 'welcome')
      throw new Error(`no welcome: ${JSON.stringify(first)}`, { cause: first })
    return client
  }

  send(frame: Up): void {
    this.sendText(encode(frame))
  }

  /** For frames that no encoder of ours would make. */
  sendText(text: string): void {
    this.socket.send(text)
  }

  call<N extends OpName>(op: N, input: Input<N>): Promise<Answer<N>> {
    const id = this.nextId++
    return new Promise((resolve) => {
      this.waiting.set(id, (frame) =>
        resolve(frame.ok ? { ok: true, value: frame.out as Output<N> } : { ok: false, error: frame.error }),
      )
      this.send({ t: 'req', id, op, in: input })
    })
  }

  /** The next frame that fits. */
  next(fits: (frame: Down) => boolean): Promise<Down> {
    return new Promise((resolve) => {
      const listener = (frame: Down) => {
        if (!fits(frame)) return
        this.listeners.delete(listener)
        resolve(frame)
      }
      this.listeners.add(listener)
    })
  }

  onFrame(listener: (frame: Down) => void): void {
    this.listeners.add(listener)
  }

  close(): void {
    this.socket.terminate()
  }

  private hear(frame: Down): void {
    if (frame.t === 'res') {
      this.waiting.get(frame.id)?.(frame)
      this.waiting.delete(frame.id)
    }
    for (const listener of [...this.listeners]) listener(frame)
  }
}

export interface Registered {
  userId: number
  token: string
  account: string
}
/** Registers a fresh account over REST. */
export async function register(url: string, account: string, name = account): Promise<Registered> {
  const device = { name: 'test', platform: 'other' } as const
  const input = { clientId: freshId(), account, password: 'correct horse 1', name, device }
  const session = must(await post(url, 'accounts.register', input))
  return { userId: session.userId, token: session.accessToken, account }
}

/** Makes two accounts friends; gives their conversation. */
export async function befriend(url: string, a: Registered, b: Registered): Promise<number> {
  const asked = must(
    await post(
      url,
      'contacts.requestFriend',
      { clientId: freshId(), userId: b.userId, message: 'hi' },
      a.token,
    ),
  )
  const input = { clientId: freshId(), requestId: asked.requestId }
  return must(await post(url, 'contacts.acceptRequest', input, b.token)).conversationId
}
