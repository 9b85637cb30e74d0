/**
 * A client that keeps `inFlight` messages unanswered in one conversation and never gives up: when the socket dies, or says
 * nothing for too long, it comes back and sends what was not acked again, oldest first, with the same clientIds (rule O3).
 * Where it was asked to come back later, it does (rule W8).
 */
import { errors, type ErrorCode, type Failure } from '../../protocol/errors'
import type { Down } from '../../protocol/wire'
import { freshId, WireClient } from '../helpers/wire-client'
import type { History, Sent } from './history'

export interface SenderOptions {
  /** At least this long from one new message to the next. */
  everyMs?: number
  /** A socket that answers nothing for so long is given up. */
  silentMs?: number
  /** A try was refused; the sender does what the catalogue says. */
  onRefused?: (code: ErrorCode) => void
}
interface Unacked {
  entry: Sent
  /** Tries that got no answer: it may be there. */
  open: number
  /** A try of an earlier socket got no answer. */
  unsure: boolean
}

const againMs = 20
const again = () => new Promise((resolve) => setTimeout(resolve, againMs))

export class Sender {
  private readonly unacked = new Set<Unacked>()
  private client: WireClient | undefined
  private stopping = false
  private failure: Error | undefined
  private done: Promise<void> | undefined
  private nextAt = 0
  private notBefore = 0

  constructor(
    private readonly address: () => string,
    private readonly token: string,
    private readonly userId: number,
    private readonly conversationId: number,
    private readonly history: History,
    private readonly inFlight: number,
    private readonly options: SenderOptions = {},
  ) {}

  start(): void {
    this.done = this.run()
  }
  /** Sends nothing new, waits until everything is acked. Throws Error when a message was refused for good. */
  async stop(): Promise<void> {
    this.stopping = true
    await this.done
    this.client?.close()
    if (this.failure) throw this.failure
  }
  /** Ends at once; what was not acked stays unknown. */
  async abandon(): Promise<void> {
    this.stopping = true
    this.unacked.clear()
    this.client?.close()
    await this.done
  }

  private get silentMs(): number {
    return this.options.silentMs ?? 10_000
  }
  private get over(): boolean {
    return this.failure !== undefined || (this.stopping && this.unacked.size === 0)
  }

  private async run(): Promise<void> {
    while (!this.over) {
      if (Date.now() >= this.notBefore) await this.visit()
      else await again()
    }
  }

  private async visit(): Promise<void> {
    try {
      this.client = await WireClient.connect(this.address(), this.token, this.silentMs)
      await this.session(this.client)
    } catch (error) {
      this.lastWord((error as { cause?: Down }).cause)
      await again()
    }
  }

  /** The last word of a socket, if it said one. */
  private lastWord(frame: Down | undefined): void {
    if (frame?.t === 'bye') this.notBefore = Date.now() + frame.afterMs
  }

  /** Until the socket closes, or until nothing is left to do. */
  private session(client: WireClient): Promise<void> {
    return new Promise((resolve) => {
      let open = true
      let heardAt = Date.now()
      client.onFrame((frame) => {
        heardAt = Date.now()
        this.lastWord(frame)
      })
      const watch = setInterval(() => {
        if (this.unacked.size > 0 && Date.now() - heardAt > this.silentMs) client.close()
        more()
      }, this.options.everyMs ?? 50)
      const end = () => {
        open = false
        clearInterval(watch)
        resolve()
      }
      void client.closed.then(end)
      const more = () => {
        if (!open) return
        if (this.over) {
          end()
          return
        }
        while (this.mayInvent()) send(this.invent())
      }
      const send = (one: Unacked) => {
        if (!open || !this.unacked.has(one)) return
        one.open++
        void client.call('chat.sendMessage', inputOf(one.entry)).then((answer) => {
          one.open--
          if (answer.ok) this.acked(one, answer.value.seq)
          else if (this.refused(one, answer.error)) setTimeout(() => send(one), againMs)
          more()
        })
      }
      for (const one of this.unacked) {
        one.unsure ||= one.open > 0
        one.open = 0
        send(one)
      }
      more()
    })
  }

  private acked(one: Unacked, seq: number): void {
    if (this.unacked.delete(one)) this.history.ack(one.entry, seq)
  }

  /** True: it is to be sent again. */
  private refused(one: Unacked, error: Failure): boolean {
    this.options.onRefused?.(error.code)
    if (!one.unsure) this.history.fail(one.entry)
    if (errors[error.code].retry !== 'never') return true
    this.failure ??= new Error(`refused for good: ${error.code}`)
    return false
  }

  private mayInvent(): boolean {
    if (this.stopping || this.unacked.size >= this.inFlight || Date.now() < this.nextAt) return false
    this.nextAt = Date.now() + (this.options.everyMs ?? 0)
    return true
  }

  private invent(): Unacked {
    const clientId = freshId()
    const { conversationId, userId: sender } = this
    const entry = this.history.invoke({ conversationId, sender, clientId, text: `message ${clientId}` })
    const one = { entry, open: 0, unsure: false }
    this.unacked.add(one)
    return one
  }
}

const inputOf = ({ conversationId, clientId, text }: Sent) => ({
  conversationId,
  clientId,
  body: { kind: 'text' as const, text },
  seenSeq: 0,
})
