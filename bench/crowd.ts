/**
 * Load of one conversation of many: all are connected, some speak. A message is in flight until everybody has it, its
 * sender too, and it is acknowledged.
 */
import type { DialectName, Peer } from './dialects'
import { freshLoad, openLines, type Line, type LineEar } from './line'
import { drain, quantile, sampleOf, sleep, spanOf, type Span } from './window'

export interface CrowdPlan {
  kind: 'crowd'
  dialect: DialectName
  url: string
  members: Peer[]
  /** The first so many members. */
  senders: number
  /** Over all senders. */
  inFlight: number
  warmUpMs: number
  measureMs: number
  pids: number[]
}
/** `perSecond` counts deliveries. */
export interface CrowdReport extends Span {
  total: { sent: number; acked: number; refused: number; delivered: number }
  refusal: string
  /** From the write of a message to its arrival at the last member, in ms. */
  p50Ms: number
  p99Ms: number
}

interface Sent {
  line: Line
  at: number
  isAcked: boolean
  heard: number
}

export class Crowd implements LineEar {
  private readonly sent: Sent[] = []
  /** By line: messages that it has, one bit each. */
  private readonly have: Uint8Array[] = []
  /** By line: its messages that are not acknowledged, the oldest first. */
  private readonly unacked: number[][] = []
  private readonly latencies: number[] = []
  private readonly total: CrowdReport['total'] = { sent: 0, acked: 0, refused: 0, delivered: 0 }
  private refusal = ''
  private state: 'running' | 'measuring' | 'draining' = 'running'

  constructor(private readonly plan: CrowdPlan) {}

  /** Connects, sends, measures. Throws Error when the server ends a connection or delivers a message twice. */
  async run(): Promise<CrowdReport> {
    const { dialect, url, members, senders, inFlight, warmUpMs, measureMs, pids } = this.plan
    const same = { dialect, url, load: freshLoad(), ear: this }
    const lines = await openLines(members.map((peer, index) => ({ ...same, peer, index })))
    for (const _ of lines) {
      this.have.push(new Uint8Array(1024))
      this.unacked.push([])
    }
    const speakers = lines.slice(0, Math.min(senders, inFlight))
    for (let n = 0; n < inFlight; n++) this.send(speakers[n % speakers.length])
    await sleep(warmUpMs)
    this.state = 'measuring'
    const before = sampleOf(pids, this.total.delivered)
    await sleep(measureMs)
    const after = sampleOf(pids, this.total.delivered)
    this.state = 'draining'
    const { total, refusal, latencies } = this
    await drain(
      () => total.acked + total.refused === total.sent && total.delivered === total.acked * members.length,
      () => total.acked + total.refused + total.delivered,
    )
    for (const line of lines) line.cut()
    const [p50Ms, p99Ms] = [quantile(latencies, 0.5), quantile(latencies, 0.99)]
    return { ...spanOf(before, after), total, refusal, p50Ms, p99Ms }
  }

  /** Answers come in the order of the calls: all of one socket's go to one conversation. */
  acked(line: Line): void {
    this.total.acked++
    const sent = this.sent[this.unacked[line.index]?.shift() ?? -1]
    if (!sent) throw new Error('an answer to nothing')
    sent.isAcked = true
    this.goOn(sent)
  }

  refused(_line: Line, frame: string): void {
    this.total.refused++
    this.refusal ||= frame
  }

  delivered(line: Line, id: number, seq: number): void {
    const sent = this.sent[id]
    if (!sent) throw new Error(`message ${id} was never sent`)
    this.mark(line.index, id)
    line.saw(0, seq)
    this.total.delivered++
    sent.heard++
    this.goOn(sent)
  }

  private goOn(sent: Sent): void {
    if (!sent.isAcked || sent.heard < this.plan.members.length) return
    if (this.state === 'measuring') this.latencies.push(performance.now() - sent.at)
    this.send(sent.line)
  }

  private mark(index: number, id: number): void {
    let bits = this.have[index] ?? new Uint8Array(0)
    if (id >> 3 >= bits.length) {
      const more = new Uint8Array(bits.length * 2)
      more.set(bits)
      this.have[index] = bits = more
    }
    const [at, bit] = [id >> 3, 1 << (id & 7)]
    if ((bits[at] ?? 0) & bit) throw new Error(`message ${id} was delivered twice`)
    bits[at] = (bits[at] ?? 0) | bit
  }

  private send(line: Line | undefined): void {
    if (!line || this.state === 'draining') return
    const id = this.total.sent++
    this.sent.push({ line, at: performance.now(), isAcked: false, heard: 0 })
    this.unacked[line.index]?.push(id)
    line.say(id)
  }
}
