/** Clients that listen, and how long after its ack each message of the other reaches them. */
import type { StreamRow } from '../../protocol/records'
import { must, WireClient, type Registered } from '../helpers/wire-client'

/** Milliseconds between an ack and the moment somebody else heard the message. */
export interface Delays {
  count: number
  median: number
  p99: number
  most: number
}

/**
 * Hears one conversation as a phone does: live frames are applied where they fit, otherwise it pulls (Y4). Notes when
 * each message of the other came first.
 */
export class Listener {
  /** performance.now() by clientId. */
  readonly heardAt = new Map<string, number>()
  private version = 0
  private pulling: Promise<void> = Promise.resolve()

  private constructor(
    private readonly client: WireClient,
    private readonly conversationId: number,
    private readonly userId: number,
  ) {}

  static async start(url: string, { token, userId }: Registered, conversationId: number): Promise<Listener> {
    const client = await WireClient.connect(url, token)
    const listener = new Listener(client, conversationId, userId)
    client.onFrame((frame) => {
      if (frame.t !== 'ev' || frame.ev !== 'sync.changed') return
      const { stream, from, to, rows } = frame.data as {
        stream: number
        from: number
        to: number
        rows: StreamRow[]
      }
      if (stream === conversationId) listener.hear(from, to, rows)
    })
    must(await client.call('sync.heads', {}))
    await listener.pull()
    return listener
  }

  close(): void {
    this.client.close()
  }

  private hear(from: number, to: number, rows: readonly StreamRow[]): void {
    if (to <= this.version) return
    if (from > this.version) {
      this.pulling = this.pulling.then(() => this.pull(to))
      return
    }
    this.version = to
    this.note(rows)
  }

  private async pull(to = Infinity): Promise<void> {
    for (let more = this.version < to; more;) {
      const page = must(
        await this.client.call('sync.pull', { stream: this.conversationId, since: this.version }),
      )
      this.version = Math.max(this.version, page.to)
      more = page.more
      this.note(page.rows)
    }
  }

  private note(rows: readonly StreamRow[]): void {
    const now = performance.now()
    for (const row of rows)
      if (row.k === 'message' && row.from !== this.userId && !this.heardAt.has(row.clientId))
        this.heardAt.set(row.clientId, now)
  }
}

/** Of the messages acked in [from, to). One that was not heard counts as Infinity. */
export function delaysOf(
  ackedAt: ReadonlyMap<string, number>,
  heardAt: (clientId: string) => number | undefined,
  from: number,
  to = Infinity,
): Delays {
  const delays = [...ackedAt]
    .filter(([, at]) => at >= from && at < to)
    .map(([clientId, at]) => Math.max(0, (heardAt(clientId) ?? Infinity) - at))
    .sort((a, b) => a - b)
  const at = (share: number) => Math.round(delays[Math.floor((delays.length - 1) * share)] ?? Infinity)
  return { count: delays.length, median: at(0.5), p99: at(0.99), most: at(1) }
}
