/**
 * Load of one-to-one messages. Closed loop: every connection keeps `inFlight` messages unanswered; or open loop at
 * `ratePerSecond` over all connections.
 */
import type { DialectName, Peer } from './dialects'
import { freshLoad, openLines, type Line, type LineEar } from './line'
import { drain, quantile, sampleOf, sleep, spanOf, type Span } from './window'

export interface TalkPlan {
  kind: 'talk'
  dialect: DialectName
  url: string
  /** Both ends of each conversation; they list their conversations in the same order. */
  pairs: [Peer, Peer][]
  inFlight: number
  /** Absent: closed loop. */
  ratePerSecond?: number
  /** Each connection says no more than this, and the window ends when all is answered. Absent: no end. */
  perLine?: number
  warmUpMs: number
  measureMs: number
  /** Processes of the server: their CPU time is read at both ends of the measured window. */
  pids: number[]
}
export interface TalkReport extends Span {
  /** The whole run, after all answers are in. */
  total: { sent: number; acked: number; refused: number; delivered: number }
  /** The first answer that was no success. */
  refusal: string
  /** From the write of a message to its delivery at the other side, in ms. */
  p50Ms: number
  p99Ms: number
}

/** Whoever is turned away in a closed loop comes back after so long, as a phone would. */
const refusedWaitMs = 250

interface Sent {
  by: number
  /** Place of the conversation in the sender's list. */
  place: number
  at: number
  isDelivered: boolean
}

export class Talk implements LineEar {
  private readonly sent: Sent[] = []
  private readonly latencies: number[] = []
  private readonly total: TalkReport['total'] = { sent: 0, acked: 0, refused: 0, delivered: 0 }
  private lines: Line[] = []
  /** By line: messages so far. */
  private readonly said: number[] = []
  private refusal = ''
  private state: 'running' | 'measuring' | 'draining' = 'running'

  constructor(private readonly plan: TalkPlan) {}

  /** Connects, sends, measures. Throws Error when the server ends a connection or delivers a message twice. */
  async run(): Promise<TalkReport> {
    const { warmUpMs, measureMs, dialect, url, pairs, pids } = this.plan
    const same = { dialect, url, load: freshLoad(), ear: this }
    this.lines = await openLines(pairs.flat().map((peer, index) => ({ ...same, peer, index })))
    const stop = this.start()
    await sleep(warmUpMs)
    this.state = 'measuring'
    const before = sampleOf(pids, this.total.acked)
    await this.measured(measureMs)
    const after = sampleOf(pids, this.total.acked)
    this.state = 'draining'
    stop()
    const { total, refusal, latencies } = this
    await drain(
      () => total.acked + total.refused === total.sent && total.delivered === total.acked,
      () => total.acked + total.refused + total.delivered,
    )
    for (const line of this.lines) line.cut()
    const [p50Ms, p99Ms] = [quantile(latencies, 0.5), quantile(latencies, 0.99)]
    return { ...spanOf(before, after), total, refusal, p50Ms, p99Ms }
  }

  private async measured(ms: number): Promise<void> {
    const { perLine } = this.plan
    if (!perLine) return sleep(ms)
    const all = perLine * this.lines.length
    const isDone = () => this.total.acked + this.total.refused >= all
    for (const until = performance.now() + ms; !isDone() && performance.now() < until;) await sleep(10)
  }

  acked(line: Line): void {
    this.total.acked++
    if (!this.plan.ratePerSecond) this.send(line)
  }

  refused(line: Line, frame: string): void {
    this.total.refused++
    this.refusal ||= frame
    if (!this.plan.ratePerSecond) setTimeout(() => this.send(line), refusedWaitMs)
  }

  delivered(line: Line, id: number, seq: number): void {
    const sent = this.sent[id]
    if (!sent) throw new Error(`message ${id} was never sent`)
    line.saw(sent.place, seq)
    if (line.index === sent.by) return
    if (sent.isDelivered) throw new Error(`message ${id} was delivered twice`)
    sent.isDelivered = true
    this.total.delivered++
    if (this.state === 'measuring') this.latencies.push(performance.now() - sent.at)
  }

  private start(): () => void {
    const { inFlight, ratePerSecond } = this.plan
    if (ratePerSecond) return this.pace(ratePerSecond)
    for (const line of this.lines) for (let n = 0; n < inFlight; n++) this.send(line)
    return () => undefined
  }

  private pace(perSecond: number): () => void {
    const started = performance.now()
    let due = 0
    const timer = setInterval(() => {
      for (const now = ((performance.now() - started) * perSecond) / 1000; due < now; due++) {
        const line = this.lines[due % this.lines.length]
        if (line) this.send(line)
      }
    }, 1)
    return () => clearInterval(timer)
  }

  private send(line: Line): void {
    const said = this.said[line.index] ?? 0
    if (this.state === 'draining' || said === this.plan.perLine) return
    this.said[line.index] = said + 1
    const id = this.total.sent++
    const sent: Sent = { by: line.index, place: 0, at: performance.now(), isDelivered: false }
    this.sent.push(sent)
    sent.place = line.say(id)
  }
}
