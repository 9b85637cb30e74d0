/** A phone without an engine: hello, heads, pull, live frames (Y8), over one real socket whose reading can be paused. */
import { WebSocket } from 'ws'
import type { Input, OpName, Output } from '../../protocol'
import type { Failure } from '../../protocol/errors'
import { PROTOCOL_VERSION } from '../../protocol/version'
import { decodeDown, encode, type Down, type Up } from '../../protocol/wire'
import { applyFrame, applyPull, emptyStream, type Frame, type Stream } from '../../src/engine/mirror/merge'
import type { Person } from './crowd'

type Answer = { ok: true; out: unknown } | { ok: false; error: Failure }
export interface PhoneOptions {
  /** The loopback address it calls from. */
  localAddress?: string
  /** A live frame came. */
  onFrame?: (frame: Frame) => void
}

export class WirePhone {
  readonly streams = new Map<number, Stream>()
  /** Frames that came during the catching up (Y7). */
  private aside: Frame[] = []
  private caughtUp = false
  private socket: WebSocket | undefined
  /** Rejects when the socket closes. */
  private lost: Promise<never> | undefined
  private readonly waiting = new Map<number, (answer: Answer) => void>()
  private nextId = 1
  /** Close code of the last socket. */
  closedWith: number | undefined
  /** The last `bye`. */
  bye: (Down & { t: 'bye' }) | undefined

  constructor(
    private readonly url: string,
    readonly person: Person,
    private readonly options: PhoneOptions = {},
  ) {}

  /** Resolves when it holds what the server held. Rejects when the socket closes before. */
  async connect(): Promise<void> {
    await this.greet()
    await Promise.race([this.catchUp(), this.lost])
  }

  /** Resolves at `welcome`, and asks for nothing. Rejects when the socket closes before. */
  async greet(): Promise<void> {
    this.caughtUp = false
    this.closedWith = this.bye = undefined
    const socket = new WebSocket(`${this.url.replace(/^http/, 'ws')}/ws`, {
      perMessageDeflate: false,
      ...(this.options.localAddress ? { localAddress: this.options.localAddress } : {}),
    })
    this.socket = socket
    const lost = (this.lost = new Promise<never>((_resolve, reject) => {
      socket.on('error', reject)
      socket.on('close', (code) => {
        this.closedWith = code
        reject(new Error(`closed with ${code} ${JSON.stringify(this.bye ?? '')}`))
      })
    }))
    lost.catch(() => undefined)
    const welcomed = new Promise<void>((resolve) => {
      socket.on('message', (data: Buffer) => {
        for (const frame of decodeDown(data.toString())) this.hear(frame, resolve)
      })
    })
    const { token } = this.person
    socket.on('open', () => this.send({ t: 'hello', v: PROTOCOL_VERSION, token, features: [] }))
    await Promise.race([welcomed, lost])
  }

  /** Resolves when the socket that is open now has closed. */
  async ended(): Promise<void> {
    await this.lost?.catch(() => undefined)
  }

  pause(): void {
    this.socket?.pause()
  }
  resume(): void {
    this.socket?.resume()
  }
  close(): void {
    this.socket?.terminate()
  }

  async call<N extends OpName>(op: N, input: Input<N>): Promise<Answer> {
    const id = this.nextId++
    return new Promise((resolve) => {
      this.waiting.set(id, resolve)
      this.send({ t: 'req', id, op, in: input })
    })
  }

  /** Heads, then what differs, then what came meanwhile. */
  private async catchUp(): Promise<void> {
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Output<'sync.heads'> = await this.must('sync.heads', cursor ? { cursor } : {})
      for (const { stream, version } of page.heads)
        if (this.held(stream).version !== version) await this.pull(stream)
      cursor = page.cursor
    }
    this.caughtUp = true
    for (const frame of this.aside.splice(0)) this.take(frame)
  }

  private async pull(stream: number): Promise<void> {
    for (let more = true; more;) {
      const held = this.held(stream)
      const page = await this.must('sync.pull', { stream, since: held.version })
      applyPull(held, page)
      more = page.more
    }
  }

  private held(stream: number): Stream {
    const held = this.streams.get(stream) ?? emptyStream()
    this.streams.set(stream, held)
    return held
  }

  private take(frame: Frame): void {
    if (!this.caughtUp) this.aside.push(frame)
    else if (applyFrame(this.held(frame.stream), frame) === 'gap')
      this.pull(frame.stream).catch(() => undefined)
  }

  private hear(frame: Down, welcomed: () => void): void {
    if (frame.t === 'welcome') welcomed()
    else if (frame.t === 'bye') this.bye = frame
    else if (frame.t === 'res') {
      this.waiting.get(frame.id)?.(frame)
      this.waiting.delete(frame.id)
    } else if (frame.t === 'ev' && frame.ev === 'sync.changed') {
      const live = frame.data as Frame
      this.options.onFrame?.(live)
      this.take(live)
    }
  }

  private async must<N extends OpName>(op: N, input: Input<N>): Promise<Output<N>> {
    for (;;) {
      const answer = await this.call(op, input)
      if (answer.ok) return answer.out as Output<N>
      const { retryAfterMs } = answer.error.data ?? {}
      if (typeof retryAfterMs !== 'number') throw new Error(`${op}: ${answer.error.code}`)
      await new Promise((resolve) => setTimeout(resolve, retryAfterMs * (0.5 + Math.random() / 2)))
    }
  }

  private send(frame: Up): void {
    this.socket?.send(encode(frame))
  }
}
