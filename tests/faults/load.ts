/** Pairs of clients that talk through a fault: what they were told, and the check of all of it in the end. */
import type { ErrorCode } from '../../protocol/errors'
import { befriend, register, type Registered } from '../helpers/wire-client'
import { checkAll, History, Sender, type Sent, type Verdict } from '../history'

export interface LoadOptions {
  /** Where the first and the second of each pair connect to. */
  urls: readonly [() => string, () => string]
  pairs: number
  inFlight: number
  everyMs?: number
  /** Does the first (0) or the second (1) of this pair speak? Absent: both do. */
  speaks?: (pair: number, side: number) => boolean
  /** Accounts begin with it. */
  name: string
}
export interface Pair {
  a: Registered
  b: Registered
  conversationId: number
}

/** A history that knows when each message was acked, by its clientId: performance.now(). */
class TimedHistory extends History {
  readonly ackedAt = new Map<string, number>()
  override ack(send: Sent, seq: number): void {
    this.ackedAt.set(send.clientId, performance.now())
    super.ack(send, seq)
  }
}

export class Load {
  readonly history = new TimedHistory()
  /** How often each code was answered. */
  readonly refusals: Partial<Record<ErrorCode, number>> = {}
  private readonly senders: Sender[]

  private constructor(
    private readonly options: LoadOptions,
    readonly pairs: readonly Pair[],
  ) {
    const { urls, inFlight, everyMs, speaks = () => true } = options
    const onRefused = (code: ErrorCode) => (this.refusals[code] = (this.refusals[code] ?? 0) + 1)
    const pace = everyMs === undefined ? { onRefused } : { onRefused, everyMs }
    this.senders = pairs.flatMap(({ a, b, conversationId }, pair) =>
      [a, b].flatMap((p, side) => {
        const url = urls[side] ?? urls[0]
        const sender = new Sender(url, p.token, p.userId, conversationId, this.history, inFlight, pace)
        return speaks(pair, side) ? [sender] : []
      }),
    )
  }

  /** Registers the pairs, makes friends of them and lets them talk. */
  static async start(options: LoadOptions): Promise<Load> {
    const url = options.urls[0]()
    const pairs: Pair[] = []
    for (let n = 0; n < options.pairs; n++) {
      const [a, b] = [
        await register(url, `${options.name}-a${n}`),
        await register(url, `${options.name}-b${n}`),
      ]
      pairs.push({ a, b, conversationId: await befriend(url, a, b) })
    }
    const load = new Load(options, pairs)
    for (const sender of load.senders) sender.start()
    return load
  }

  get acks(): number {
    return this.history.acks
  }
  get refused(): number {
    return Object.values(this.refusals).reduce((sum, count) => sum + count, 0)
  }

  /** Milliseconds from now to the next ack. */
  async nextAckMs(): Promise<number> {
    const start = performance.now()
    return (await this.history.nextAck()) - start
  }

  /** Nothing new is said; what is unanswered is sent until it is acked, then all is checked against the server. */
  async finish(): Promise<Verdict> {
    await Promise.all(this.senders.map((sender) => sender.stop()))
    const talks = this.pairs.map(({ a, conversationId }) => ({ conversationId, token: a.token }))
    return checkAll(this.history, this.options.urls[0](), talks)
  }

  /** For every way out of a test: ends what goes on and removes the history. */
  async end(): Promise<void> {
    await Promise.all(this.senders.map((sender) => sender.abandon()))
    this.history.remove()
  }
}

/** Looks every 10 ms; throws Error with `what` when it does not come within `withinMs`. Gives how long it took. */
export async function waitFor(
  what: string,
  withinMs: number,
  holds: () => boolean | Promise<boolean>,
): Promise<number> {
  const start = performance.now()
  while (!(await holds())) {
    if (performance.now() - start > withinMs) throw new Error(`${what}: not within ${withinMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return performance.now() - start
}

export const isReady = async (url: string): Promise<boolean> =>
  (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) })).ok
