/**
 * Load generator. Closed loop: every connection keeps `inFlight` messages unanswered; or open loop at `ratePerSecond` over
 * all connections. One WebSocket client for all servers, so that its cost is the same for each.
 */
import { WebSocket } from 'ws'
import { cpuSeconds, machineSeconds } from './cpu'
import { dialects, type DialectName, type Peer, type Voice } from './dialects'

export interface LoadPlan {
  dialect: DialectName
  url: string
  pairs: [Peer, Peer][]
  inFlight: number
  /** Absent: closed loop. */
  ratePerSecond?: number
  warmUpMs: number
  measureMs: number
  /** Processes of the server: their CPU time is read at both ends of the measured window. */
  pids: number[]
}
export interface LoadReport {
  /** The whole run, after all answers are in. */
  total: { sent: number; acked: number; refused: number; delivered: number }
  /** The measured window. Cores are CPU seconds per second; `machine` is everything that ran, ours or not. */
  seconds: number
  ackedPerSecond: number
  cores: { server: number; load: number; machine: number }
  /** From the write of a message to its delivery at the other side, in ms. */
  p50Ms: number
  p99Ms: number
}

/** With the id before it, a message of the usual length. */
const words = 'What is written here stands for a message of the usual length, about one hundred bytes.'
/** After so long without an answer nothing more will come. */
const silentMs = 5_000

export class Load {
  private readonly sentAt = new Map<string, number>()
  private readonly latencies: number[] = []
  private readonly total: LoadReport['total'] = { sent: 0, acked: 0, refused: 0, delivered: 0 }
  private readonly sockets: WebSocket[] = []
  private readonly voices: Voice[] = []
  private state: 'running' | 'measuring' | 'draining' | 'over' = 'running'

  constructor(private readonly plan: LoadPlan) {}

  /** Connects, sends, measures. Throws Error when the server ends a connection. */
  async run(): Promise<LoadReport> {
    const { warmUpMs, measureMs } = this.plan
    for (const peer of this.plan.pairs.flat()) this.voices.push(await this.connect(peer))
    const stop = this.start()
    await sleep(warmUpMs)
    this.state = 'measuring'
    const before = this.sample()
    await sleep(measureMs)
    const after = this.sample()
    this.state = 'draining'
    stop()
    await this.drain()
    this.state = 'over'
    for (const socket of this.sockets) socket.terminate()
    return this.report(before, after)
  }

  private start(): () => void {
    const { inFlight, ratePerSecond } = this.plan
    if (ratePerSecond) return this.pace(ratePerSecond)
    for (const voice of this.voices) for (let n = 0; n < inFlight; n++) this.send(voice)
    return () => undefined
  }

  private pace(perSecond: number): () => void {
    const started = performance.now()
    let due = 0
    const timer = setInterval(() => {
      for (const now = ((performance.now() - started) * perSecond) / 1000; due < now; due++) {
        const voice = this.voices[due % this.voices.length]
        if (voice) this.send(voice)
      }
    }, 1)
    return () => clearInterval(timer)
  }

  private connect(peer: Peer): Promise<Voice> {
    const dialect = dialects[this.plan.dialect]
    const socket = new WebSocket(dialect.address(this.plan.url, peer), { perMessageDeflate: false })
    this.sockets.push(socket)
    return new Promise((resolve, reject) => {
      const voice = dialect.speak(peer, (text) => socket.send(text), {
        ready: () => resolve(voice),
        acked: () => this.onAnswer('acked', voice),
        refused: () => this.onAnswer('refused', voice),
        delivered: (id) => this.onDelivered(id),
      })
      socket.on('error', reject)
      socket.on('open', () => voice.opened())
      socket.on('message', (data: Buffer) => voice.hear(data.toString()))
      socket.on('close', (code) => {
        if (this.state !== 'over') throw new Error(`the server closed a socket: ${code}`)
      })
    })
  }

  private send(voice: Voice): void {
    if (this.state === 'draining') return
    const id = `load-${process.pid}-${(this.total.sent++).toString(36)}`
    this.sentAt.set(id, performance.now())
    voice.say(id, `${id} ${words}`)
  }

  private onAnswer(answer: 'acked' | 'refused', voice: Voice): void {
    this.total[answer]++
    if (!this.plan.ratePerSecond) this.send(voice)
  }

  private onDelivered(id: string): void {
    const sentAt = this.sentAt.get(id)
    if (sentAt === undefined) throw new Error(`${id} was delivered twice, or never sent`)
    this.sentAt.delete(id)
    this.total.delivered++
    if (this.state === 'measuring') this.latencies.push(performance.now() - sentAt)
  }

  /** Until everything is answered and delivered: a backlog takes its time, what does not come any more is lost. */
  private async drain(): Promise<void> {
    const { total } = this
    const isDone = () => total.acked + total.refused === total.sent && total.delivered === total.acked
    const heard = () => total.acked + total.refused + total.delivered
    for (let until = performance.now() + silentMs; !isDone() && performance.now() < until;) {
      const before = heard()
      await sleep(10)
      if (heard() > before) until = performance.now() + silentMs
    }
  }

  private sample() {
    const { user, system } = process.cpuUsage()
    const server = this.plan.pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0)
    const { acked } = this.total
    return { at: performance.now(), acked, server, load: (user + system) / 1e6, machine: machineSeconds() }
  }

  private report(before: Sample, after: Sample): LoadReport {
    const seconds = (after.at - before.at) / 1000
    const rate = (key: keyof Sample) => (after[key] - before[key]) / seconds
    const sorted = Float64Array.from(this.latencies).sort()
    const quantile = (q: number) => sorted[Math.floor(sorted.length * q)] ?? NaN
    return {
      total: this.total,
      seconds,
      ackedPerSecond: rate('acked'),
      cores: { server: rate('server'), load: rate('load'), machine: rate('machine') },
      p50Ms: quantile(0.5),
      p99Ms: quantile(0.99),
    }
  }
}
type Sample = ReturnType<Load['sample']>

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
