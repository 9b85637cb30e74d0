/**
 * A client that keeps `inFlight` messages unanswered in one conversation and never gives up: when the socket dies it
 * comes back and sends what was not acked again, oldest first, with the same clientIds (rule O3).
 */
import type { Failure } from '../../protocol/errors'
import { errors } from '../../protocol/errors'
import { freshId, WireClient } from '../helpers/wire-client'
import type { History, Sent } from './history'

export class Sender {
  private readonly unacked = new Set<Sent>()
  private client: WireClient | undefined
  private stopping = false
  private done: Promise<void> | undefined

  constructor(
    private readonly address: () => string,
    private readonly token: string,
    private readonly userId: number,
    private readonly conversationId: number,
    private readonly history: History,
    private readonly inFlight: number,
  ) {}

  start(): void {
    this.done = this.run()
  }
  /** Sends nothing new, waits until everything is acked. */
  async stop(): Promise<void> {
    this.stopping = true
    await this.done
    this.client?.close()
  }

  private async run(): Promise<void> {
    while (!this.stopping || this.unacked.size > 0) {
      try {
        const client = await WireClient.connect(this.address(), this.token)
        this.client = client
        await this.session(client)
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
  }

  /** Until the socket closes, or until nothing is left to do. */
  private session(client: WireClient): Promise<void> {
    return new Promise((resolve) => {
      void client.closed.then(() => resolve())
      const more = () => {
        if (this.stopping && this.unacked.size === 0) resolve()
        while (!this.stopping && this.unacked.size < this.inFlight) send(this.invent())
      }
      const send = (entry: Sent) =>
        void client.call('chat.sendMessage', this.inputOf(entry)).then((answer) => {
          if (answer.ok) {
            this.unacked.delete(entry)
            this.history.ack(entry, answer.value.seq)
            return more()
          }
          this.mustRetry(answer.error)
          setTimeout(() => send(entry), 10)
        })
      for (const entry of this.unacked) send(entry)
      more()
    })
  }

  private mustRetry(error: Failure): void {
    if (errors[error.code].retry === 'never') throw new Error(`refused for good: ${error.code}`)
  }

  private inputOf(entry: Sent) {
    const { conversationId, clientId, text } = entry
    return { conversationId, clientId, body: { kind: 'text' as const, text }, seenSeq: 0 }
  }

  private invent(): Sent {
    const clientId = freshId()
    const { conversationId, userId: sender } = this
    const entry = this.history.invoke({ conversationId, sender, clientId, text: `message ${clientId}` })
    this.unacked.add(entry)
    return entry
  }
}
