/** A phone of the simulator: the real engine on counted time, with a disk that survives a kill and loses what was not written. */
import { createEngine } from '../../src/engine/engine'
import type { Engine, Intent, Ticket } from '../../src/engine/face'
import type { HttpAnswer, Ports, SocketEvents, StoreBatch } from '../../src/engine/ports'
import type { Result } from '../../protocol/errors'
import { limits } from '../../protocol/limits'
import { numberIn } from '../helpers/solve'
import type { VirtualClock } from './clock'
import type { Dice } from './dice'
import type { Line, Net } from './net'

export interface Exchange {
  connect(line: Line): void
  post(request: Post): Promise<HttpAnswer>
}
/** A call over HTTP. */
export interface Post {
  op: string
  input: unknown
  token: string | undefined
  /** The caller has hung up. */
  gone: AbortSignal
}

const offline: HttpAnswer = { ok: false, error: { code: 'offline' } }

export class Phone {
  engine: Engine | undefined
  readonly disk = new Map<string, string>()
  readonly settled = new Map<Ticket, Result<unknown>>()
  kills = 0
  /** By how much the device's clock is wrong. */
  aheadMs = 0
  /** Requests it has made, but for those that wait for news. */
  asked = 0
  /** Rises with every start: callbacks of a killed life fall silent. */
  private life = 0
  private line: Line | undefined

  constructor(
    readonly name: string,
    private readonly clock: VirtualClock,
    private readonly dice: Dice,
    private readonly net: Net,
    private readonly exchange: Exchange,
  ) {}

  boot(): void {
    const life = ++this.life
    const engine = createEngine(this.ports(life))
    this.engine = engine
    this.settled.clear()
    engine.onSettled((ticket, result) => this.settled.set(ticket, result))
    engine.start()
  }

  /** kill −9 of the app: what had not reached the disk is gone, the socket dies without a word. */
  kill(): void {
    this.kills++
    this.life++
    this.engine?.stop()
    this.engine = undefined
    this.line?.cut()
    this.line = undefined
  }

  tell(intent: Intent): Ticket {
    if (!this.engine) throw new Error(`${this.name} is off`)
    return this.engine.tell(intent)
  }

  cut(): void {
    this.line?.cut()
  }
  halfOpen(direction: 'up' | 'down'): void {
    this.line?.halfOpen(direction)
  }

  private ports(life: number): Ports {
    const alive = <A extends unknown[]>(run: (...args: A) => void) => {
      return (...args: A) => {
        if (life === this.life) run(...args)
      }
    }
    const { clock, dice } = this
    const bootedAt = clock.now()
    const now = () => clock.now() - bootedAt
    let cancelWake: () => void = () => undefined
    return {
      clock: {
        now,
        wall: () => clock.now() + this.aheadMs,
        wakeAt: (at, wake) => {
          cancelWake()
          if (at !== null) cancelWake = clock.after(at - now(), alive(wake))
        },
      },
      dice: { id: () => dice.id(), unit: () => dice.unit() },
      socket: { open: (events) => this.openSocket(events, alive) },
      http: {
        post: (op, input, token, done, timeoutMs?: number) =>
          this.post(op, input, token, alive(done), timeoutMs),
      },
      store: { load: () => this.load(), write: (batch) => this.write(batch, life) },
      owner: {
        claim: (_steal, change) =>
          void clock.after(
            0,
            alive(() => change(true)),
          ),
      },
      work: {
        solve: (challenge, done) =>
          clock.after(
            200,
            alive(() => done(numberIn(challenge))),
          ),
      },
      device: { name: this.name, platform: 'other' },
    }
  }

  private openSocket(
    events: SocketEvents,
    alive: <A extends unknown[]>(run: (...args: A) => void) => (...args: A) => void,
  ): { send(text: string): void; close(): void } {
    const line = this.net.connect(this.name)
    this.line = line
    line.attach('down', {
      text: alive((text: string) => events.text(text)),
      closed: alive(() => events.closed()),
    })
    this.clock.after(
      this.dice.between(1, 50),
      alive(() => {
        const block = this.net.blocked.get(this.name)
        if (block === 'silent') return
        if (block === 'refused' || this.net.away.has(this.name)) return line.cut()
        if (block === 'cut') this.clock.after(this.dice.between(100, 2_000), () => line.cut())
        this.exchange.connect(line)
        events.opened()
      }),
    )
    const send = (text: string) => {
      if (text.includes('"t":"req"')) this.asked++
      line.send('up', text)
    }
    return { send, close: () => line.close('phone') }
  }

  /** Gives what calls it off. */
  private post(
    op: string,
    input: unknown,
    token: string | undefined,
    done: (answer: HttpAnswer) => void,
    timeoutMs: number = limits.requestTimeoutMs,
  ): () => void {
    const { dice, clock, net } = this
    if (op === 'sync.wait') net.counts.waits++
    else this.asked++
    const gone = new AbortController()
    const end = (answer: HttpAnswer) => {
      if (!gone.signal.aborted) done(answer)
      gone.abort()
    }
    const later = (answer: HttpAnswer, delayMs: number) => void clock.after(delayMs, () => end(answer))
    const isLost = () => net.away.has(this.name) || dice.chance(net.options.drop)
    later({ ok: false, error: { code: 'timeout' } }, timeoutMs)
    if (isLost()) later(offline, 5_000)
    else
      clock.after(dice.between(1, net.options.delayMsMax), () => {
        void this.exchange.post({ op, input, token, gone: gone.signal }).then((answer) => {
          if (isLost()) later(offline, 5_000)
          else later(answer, dice.between(1, net.options.delayMsMax))
        })
      })
    return () => gone.abort()
  }

  private load(): Promise<(readonly [string, string])[]> {
    return new Promise((resolve) => this.clock.after(this.dice.between(1, 20), () => resolve([...this.disk])))
  }

  private writes = 0
  /** Batches reach the disk in the order they were given, each whole, and only while the app lives. */
  private write(batch: StoreBatch, life: number): Promise<void> {
    this.writes = Math.max(this.writes, this.clock.now()) + this.dice.between(1, 5)
    return new Promise((resolve) => {
      this.clock.after(this.writes - this.clock.now(), () => {
        if (life !== this.life) return
        for (const [key, value] of batch.put) this.disk.set(key, value)
        for (const key of batch.remove) this.disk.delete(key)
        resolve()
      })
    })
  }
}
