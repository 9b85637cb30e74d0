/** A server of the simulator: the real app and gateway on real SQL, on counted time, that can be killed at any statement. */
import { createApp, type App } from '../../server/app'
import { commitHere } from '../../server/commit'
import type { Bus } from '../../server/bus/bus'
import type { Db } from '../../server/db/connection'
import { idMaker } from '../../server/ids'
import type { Limiter } from '../../server/limiter'
import type { After } from '../../server/sync'
import { createGateway, type Gateway } from '../../server/transport/gateway'
import { Registry } from '../../server/transport/registry'
import type { HttpAnswer } from '../../src/engine/ports'
import type { SimBus } from './bus'
import type { VirtualClock } from './clock'
import type { Dice } from './dice'
import { counted, Life, mortal } from './life'
import type { Line } from './net'
import type { Post } from './phone'
import type { Store } from './store'

const secret = 'a secret of the simulator, 32 chars'
const passwordCost = { memoryKiB: 64, passes: 1, lanes: 1 }
const unlimited: Limiter = { take: async () => 0 }
const nodesMax = 32
/** Statements of reads that wait, now and then, while others commit. */
const slow = { share: 0.02, msMax: 100 }

export interface ServerOptions {
  clock: VirtualClock
  dice: Dice
  store: Store
  bus: SimBus
  /** 0 for the first node. */
  index: number
  /** Its clock is off by so much. */
  skewMs: number
}

/** What runs while a life lasts. */
interface Process {
  life: Life
  app: App
  gateway: Gateway
  db: Db
  bus: Bus
  lines: Set<Line>
}

export class SimServer {
  kills = 0
  /** Its database takes its time; laws, which ask while none passes, want an answer at once. */
  isSlow = true
  /** Bugs and refusals that the server logged. */
  readonly complaints: object[] = []
  private process: Process | undefined

  constructor(private readonly options: ServerOptions) {}

  async start(): Promise<void> {
    const { clock, dice, store } = this.options
    const lines = new Set<Line>()
    const life = new Life(() => {
      for (const line of [...lines]) line.cut()
      lines.clear()
    })
    const db = await store.open()
    const bus = this.options.bus.join()
    const registry = new Registry()
    const now = () => clock.now() + this.options.skewMs
    const pause = () =>
      this.isSlow && dice.chance(slow.share)
        ? life.rest(this.passing(dice.between(1, slow.msMax)))
        : undefined
    const app = counted(this.createApp(life, { db: mortal(db, life, pause), bus, registry, now }), life)
    const gateway = createGateway({
      ...{ app, registry, now },
      unit: () => dice.unit(),
      log: { warn: () => undefined, error: (fields) => this.complain(life, fields) },
    })
    this.process = { life, app, gateway, db, bus, lines }
    app.start()
    const sweep = () => {
      if (life.dead) return
      gateway.sweep()
      clock.after(1_000, sweep)
    }
    clock.after(1_000, sweep)
  }

  private createApp(
    life: Life,
    { registry, now, ...parts }: { db: Db; bus: Bus; registry: Registry; now: () => number },
  ): App {
    const { clock, dice, index } = this.options
    const complain = (fields: object) => this.complain(life, fields)
    const token = (bytes: number) =>
      dice
        .id()
        .repeat(Math.ceil(bytes / 16))
        .slice(0, Math.ceil((bytes * 4) / 3))
    // No two lives that may overlap have the same number.
    const node = (this.kills * 2 + index) % nodesMax
    const lease = { node, fromMs: now(), untilMs: () => Number.MAX_SAFE_INTEGER }
    const after: After = (ms, run) => clock.after(ms, () => life.dead || run())
    const tools = { now, token }
    const log = { warn: complain, error: complain }
    const onFatal = (error: unknown) => complain({ fatal: String(error) })
    return createApp({
      ...{ ...parts, deliver: registry, tools, after, log },
      ...{ secret, passwordCost, limiter: unlimited, checkOutput: true },
      openCommit: commitHere({ db: parts.db, tools, log, onFatal, newId: idMaker(lease, now) }),
    })
  }

  /** kill −9, after `steps` more statements if any are run at all; then a start some time later. */
  dieAfter(steps: number): void {
    this.process?.life.dieAfter(steps)
  }

  /** Ends the life that is over, or this one, and starts the next. */
  async restart(): Promise<void> {
    this.kills++
    await this.bury()
    await this.start()
  }

  get isDead(): boolean {
    return this.process?.life.dead ?? true
  }
  get isBusy(): boolean {
    return !this.isDead && (this.process?.life.busy ?? 0) > 0
  }

  connect(line: Line): void {
    const { process } = this
    if (!process || process.life.dead) return line.cut()
    const { life, gateway, lines } = process
    lines.add(line)
    const gone = () => line.close('server')
    const wire = {
      bufferedAmount: 0,
      send: (text: string) => {
        if (!life.dead) line.send('down', text)
      },
      pause: () => undefined,
      resume: () => undefined,
      close: gone,
      terminate: gone,
    }
    const ear = gateway.accept(wire, 'sim')
    line.attach('up', {
      text: (text) => {
        if (!life.dead) ear.text(text)
      },
      closed: () => {
        lines.delete(line)
        if (!life.dead) ear.closed()
      },
    })
  }

  async post(request: Post): Promise<HttpAnswer> {
    const { process } = this
    const offline: HttpAnswer = { ok: false, error: { code: 'offline' } }
    if (!process || process.life.dead) return offline
    const dated = answer(process.app, request).then((it) => ({ ...it, at: this.date() }))
    return Promise.race([dated, process.life.died.then(() => offline)])
  }

  /** Whole seconds, as in the header. */
  private date(): number {
    const { clock, skewMs } = this.options
    return Math.floor((clock.now() + skewMs) / 1_000) * 1_000
  }

  /** Calls past the network, for laws. */
  async ask(userId: number, op: string, input: unknown): Promise<HttpAnswer> {
    const caller = { kind: 'user', userId, sessionId: 0, address: 'law' } as const
    const result = await this.process?.app.dispatch({ op, input, caller })
    return result ?? { ok: false, error: { code: 'offline' } }
  }

  /** Ends whatever life there is. */
  async bury(): Promise<void> {
    const { process } = this
    this.process = undefined
    process?.life.kill()
    await process?.bus.close()
    await process?.db.close()
  }

  private passing(ms: number): Promise<void> {
    return new Promise((resolve) => void this.options.clock.after(ms, resolve))
  }

  private complain(life: Life, fields: object): void {
    if (!life.dead) this.complaints.push(fields)
  }
}

async function answer(app: App, { op, input, token, gone }: Post): Promise<HttpAnswer> {
  const facts = token === undefined ? undefined : await app.authenticate(token)
  if (token !== undefined && !facts) return { ok: false, error: { code: 'unauthenticated' } }
  const caller = facts
    ? ({ kind: 'user', ...facts, address: 'sim' } as const)
    : ({ kind: 'anonymous', address: 'sim' } as const)
  return app.dispatch({ op, input, caller, gone })
}
