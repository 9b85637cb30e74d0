/**
 * What tests run an engine on: a counted clock, a disk that can be held or full, sockets that a test or a small model of
 * the server answers. Not part of the app: nothing but tests imports it.
 */
import type { Output } from '../../protocol'
import type { Failure, Result } from '../../protocol/errors'
import { decodeUp, digestOf, type Down, type Up } from '../../protocol/wire'
import { createEngine } from './engine'
import type { Engine, Intent, Ticket, Topic } from './face'
import {
  StoreFull,
  type Challenge,
  type HttpAnswer,
  type Ports,
  type SocketEvents,
  type StoreBatch,
} from './ports'
import type { Session } from './state'
import type { Model } from './test-model'
import { serveRest } from './test-rest'

interface Task {
  at: number
  order: number
  run(): void
}

/** Time that moves only when told. */
export class Clock {
  now = 1_800_000_000_000
  private tasks: Task[] = []
  private order = 0
  after(ms: number, run: () => void): () => void {
    const task = { at: this.now + Math.max(0, ms), order: this.order++, run }
    this.tasks.push(task)
    return () => void (this.tasks = this.tasks.filter((t) => t !== task))
  }
  /** Runs everything that falls due within `ms`, and the promises between. */
  async run(ms = 0): Promise<void> {
    const until = this.now + ms
    for (;;) {
      for (let i = 0; i < 6; i++) await Promise.resolve()
      this.tasks.sort((a, b) => a.at - b.at || a.order - b.order)
      const next = this.tasks[0]
      if (!next || next.at > until) break
      this.tasks.shift()
      this.now = Math.max(this.now, next.at)
      next.run()
    }
    this.now = until
  }
}

export class FakeSocket {
  /** What the phone sent, in order. */
  readonly sent: Up[] = []
  isClosed = false
  constructor(readonly events: SocketEvents) {}
  hear(...frames: Down[]): void {
    if (!this.isClosed) this.events.text(JSON.stringify(frames.length === 1 ? frames[0] : frames))
  }
  /** Requests of one operation, in order. */
  requests(op: string): Extract<Up, { t: 'req' }>[] {
    return this.sent.filter((f): f is Extract<Up, { t: 'req' }> => f.t === 'req' && f.op === op)
  }
  answer(op: string, out: unknown, nth = -1): void {
    this.hear({ t: 'res', id: this.idOf(op, nth), ok: true, out })
  }
  refuse(op: string, error: Failure, nth = -1): void {
    this.hear({ t: 'res', id: this.idOf(op, nth), ok: false, error })
  }
  private idOf(op: string, nth: number): number {
    return this.requests(op).at(nth)?.id ?? -1
  }
}

export interface Post {
  op: string
  input: unknown
  token: string | undefined
  timeoutMs: number
  done(answer: HttpAnswer): void
  isAborted: boolean
}

export const sessionOf = (userId: number, now: number, n = 1): Session => ({
  userId,
  sessionId: 900 + n,
  accessToken: `access-${userId}-${n}`,
  accessExpiresAt: now + 900_000,
  accessForMs: 900_000,
  refreshToken: `refresh-token-${userId}-${String(n).padStart(8, '0')}`,
})

export interface PhoneOptions {
  clock?: Clock
  disk?: Map<string, string>
  /** Answers sockets and HTTP by itself; without it the test does. */
  model?: Model
  me?: number
  /** Ids are `name` and a number, so that two phones never share one. */
  name?: string
}

let phones = 0

function newest<T>(list: readonly T[]): T {
  const last = list[list.length - 1]
  if (last === undefined) throw new Error('nothing was opened or posted yet')
  return last
}

export class Phone {
  readonly clock: Clock
  readonly disk: Map<string, string>
  readonly me: number
  readonly engine: Engine
  readonly sockets: FakeSocket[] = []
  readonly posts: Post[] = []
  readonly settled = new Map<Ticket, Result<unknown>>()
  readonly topics = new Set<Topic>()
  readonly batches: StoreBatch[] = []
  readonly claims: boolean[] = []
  offers = 0
  owner: ((owned: boolean) => void) | undefined
  /** Writes wait until `release`. */
  holdWrites = false
  /** Most characters the disk takes; 0: it is broken and takes nothing. */
  roomChars = Infinity
  model: Model | undefined
  /** How long a frame travels. */
  lagMs = 0
  /** Half open: the server hears the phone, the phone hears nothing. */
  mute = false
  /** What the dice throw. */
  unit = 0.5
  /** What the network does to sockets: none opens, none is answered, or each is cut a second after its hello. */
  network: 'fine' | 'refused' | 'silent' | 'cut' = 'fine'
  /** No call by REST is answered. */
  noRest = false
  /** How far the device's clock is ahead of the world's. */
  wallSkewMs = 0
  /** Every frame arrives twice. */
  doubling = false
  private dead = false
  private readonly bootedAt: number
  private held: (() => void)[] = []
  private ids = 0
  private readonly name: string
  private cancelWake: () => void = () => undefined

  constructor(options: PhoneOptions = {}) {
    this.clock = options.clock ?? new Clock()
    this.bootedAt = this.clock.now - 7_000
    this.disk = options.disk ?? new Map<string, string>()
    this.me = options.me ?? 1
    this.model = options.model
    this.name = options.name ?? `phone${++phones}`
    this.engine = createEngine(this.ports())
    this.engine.onSettled((ticket, result) => this.settled.set(ticket, result))
    this.engine.onChanged((topics) => topics.forEach((topic) => this.topics.add(topic)))
  }

  get socket(): FakeSocket {
    return newest(this.sockets)
  }
  get post(): Post {
    return newest(this.posts)
  }
  run = (ms = 0): Promise<void> => this.clock.run(ms)
  tell = (intent: Intent): Ticket => this.engine.tell(intent)
  result = (ticket: Ticket): Result<unknown> | undefined => this.settled.get(ticket)

  /** Starts and owns; the store is loaded. */
  async boot(): Promise<this> {
    this.engine.start()
    await this.run(1)
    return this
  }
  /** Boots and signs in, up to the open socket that awaits `welcome`. */
  async signIn(): Promise<this> {
    await this.boot()
    const device = { name: 'x', platform: 'other' as const }
    this.tell({ is: 'call', op: 'accounts.signIn', input: { account: 'anna', password: 'secret-8', device } })
    await this.run()
    if (!this.model) this.post.done({ ok: true, value: sessionOf(this.me, this.clock.now) })
    await this.run(1)
    return this
  }
  /** Opens the newest socket and says welcome. */
  async welcome(): Promise<void> {
    this.socket.events.opened()
    this.socket.hear({ t: 'welcome', v: 1, userId: this.me, now: this.clock.now, features: [] })
    await this.run()
  }
  /** Signs in, connects, and finds nothing to catch up with. */
  async live(heads: Output<'sync.heads'>['heads'] = [{ stream: this.me, version: 0 }]): Promise<this> {
    await this.signIn()
    await this.welcome()
    this.socket.answer('sync.heads', { heads, cursor: null })
    await this.run()
    return this
  }
  /** The server shuts the newest socket. */
  drop(): void {
    this.shut(this.socket)
  }
  /** The app is gone between two instructions: nothing of it happens any more, only the disk stays. */
  kill(): Map<string, string> {
    this.dead = true
    this.cancelWake()
    for (const socket of this.sockets) socket.isClosed = true
    return this.disk
  }
  /** The writes that wait, for the test to let through by itself. */
  takeHeld(): (() => void)[] {
    return this.held.splice(0)
  }
  release(): void {
    this.holdWrites = false
    for (const write of this.held.splice(0)) write()
  }

  private ports(): Ports {
    const { clock } = this
    const now = (): number => clock.now - this.bootedAt
    return {
      clock: {
        now,
        wall: () => clock.now + this.wallSkewMs,
        wakeAt: (at, wake) => {
          this.cancelWake()
          this.cancelWake = at === null ? () => undefined : clock.after(at - now(), () => this.dead || wake())
        },
      },
      dice: { id: () => `${this.name}-${String(++this.ids).padStart(10, '0')}`, unit: () => this.unit },
      socket: { open: (events) => this.open(events) },
      http: {
        post: (op, input, token, done, timeoutMs) => {
          const post: Post = { op, input, token, timeoutMs, done, isAborted: false }
          this.postOf(post)
          return () => void (post.isAborted = true)
        },
      },
      store: {
        load: () => Promise.resolve().then(() => [...this.disk]),
        write: (batch) => new Promise((resolve, reject) => this.write(batch, resolve, reject)),
      },
      owner: { claim: (steal, change) => this.claim(steal, change), offer: () => void this.offers++ },
      work: { solve: (challenge, done) => this.solve(challenge, done) },
      device: { name: 'test', platform: 'other' },
    }
  }

  /** Challenges that are worked on; the test answers. */
  readonly works: { challenge: Challenge; done: (number: number | undefined) => void; isStopped: boolean }[] =
    []
  private solve(challenge: Challenge, done: (number: number | undefined) => void): () => void {
    const work = { challenge, done, isStopped: false }
    this.works.push(work)
    return () => void (work.isStopped = true)
  }

  private claim(steal: boolean, change: (owned: boolean) => void): void {
    this.claims.push(steal)
    this.owner = change
    this.clock.after(0, () => this.autoOwn && change(true))
  }
  /** Claims are granted by themselves. */
  autoOwn = true

  private write(batch: StoreBatch, resolve: () => void, reject: (error: Error) => void): void {
    const perform = (): void => {
      if (this.dead) return
      const disk = new Map(this.disk)
      for (const [key, value] of batch.put) disk.set(key, value)
      for (const key of batch.remove) disk.delete(key)
      const chars = [...disk.values()].reduce((sum, value) => sum + value.length, 0)
      if (chars > this.roomChars && batch.put.length > 0) return reject(new StoreFull('full'))
      this.batches.push(batch)
      for (const [key, value] of batch.put) this.disk.set(key, value)
      for (const key of batch.remove) this.disk.delete(key)
      resolve()
    }
    if (this.holdWrites) this.held.push(perform)
    else perform()
  }

  private open(events: SocketEvents): { send(text: string): void; close(): void } {
    const socket = new FakeSocket(events)
    this.sockets.push(socket)
    const { model } = this
    if (model) this.clock.after(0, () => this.meet(socket))
    return {
      send: (text) => {
        const frame = decodeUp(text)
        if (!frame) throw new Error(`not a frame: ${text}`)
        if (socket.isClosed) return
        socket.sent.push(frame)
        if (model) this.clock.after(this.lagMs, () => this.serve(model, socket, frame))
      },
      close: () => {
        socket.isClosed = true
      },
    }
  }

  private meet(socket: FakeSocket): void {
    if (socket.isClosed || this.dead || this.network === 'silent') return
    if (this.network === 'refused') this.shut(socket)
    else socket.events.opened()
  }
  private shut(socket: FakeSocket): void {
    if (socket.isClosed || this.dead) return
    socket.isClosed = true
    socket.events.closed()
  }

  /** The model's side of the socket. */
  private serve(model: Model, socket: FakeSocket, frame: Up): void {
    if (socket.isClosed || this.dead) return
    if (frame.t === 'hello') {
      if (this.network === 'cut') this.clock.after(1_000, () => this.shut(socket))
      model.listen(this.me, (data) => this.down(socket, { t: 'ev', ev: 'sync.changed', data }))
      this.down(socket, { t: 'welcome', v: 1, userId: this.me, now: this.clock.now, features: [] })
    }
    if (frame.t === 'ping') this.down(socket, { t: 'pong', digest: digestOf(model.pairs(this.me)) })
    if (frame.t === 'req') {
      const result = model.call(this.me, frame.op, frame.in, this.clock.now)
      const { id } = frame
      const answer: Down = result.ok
        ? { t: 'res', id, ok: true, out: result.value }
        : { t: 'res', id, ok: false, error: result.error }
      this.down(socket, answer)
    }
  }
  private down(socket: FakeSocket, frame: Down): void {
    const deaf = this.mute
    this.clock.after(this.lagMs, () => {
      if (this.dead || deaf) return
      socket.hear(frame)
      if (this.doubling) socket.hear(frame)
    })
  }

  private postOf(post: Post): void {
    this.posts.push(post)
    const { model, clock, lagMs } = this
    if (!model) return
    const answer = (result: HttpAnswer): void => {
      clock.after(lagMs, () => {
        if (!this.dead && !post.isAborted) post.done(result)
      })
    }
    clock.after(lagMs, () => {
      if (this.noRest) answer({ ok: false, error: { code: 'offline' } })
      else serveRest(this, model, post, answer)
    })
  }
}
