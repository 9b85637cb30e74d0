/** The server of the simulator: the real app and gateway on real SQL, on counted time, that can be killed at any statement. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Input, OpName, Output } from '../../protocol'
import type { UserId } from '../../protocol/ids'
import { createApp, type App } from '../../server/app'
import { memoryBus } from '../../server/bus/memory'
import type { Connection, Db } from '../../server/db/connection'
import { migrate } from '../../server/db/migrate'
import { openSqlite } from '../../server/db/sqlite'
import { idMaker } from '../../server/ids'
import type { Limiter } from '../../server/limiter'
import { createGateway, type Gateway } from '../../server/transport/gateway'
import { Registry } from '../../server/transport/registry'
import type { HttpAnswer } from '../../src/engine/ports'
import type { VirtualClock } from './clock'
import type { Dice } from './dice'
import type { Line } from './net'
import type { Exchange } from './phone'

const secret = 'a secret of the simulator, 32 chars'
const passwordCost = { memoryKiB: 64, passes: 1, lanes: 1 }
const unlimited: Limiter = { take: async () => 0 }

/** One life of the server process. */
interface Life {
  app: App
  gateway: Gateway
  db: Db
  lines: Set<Line>
  dead: boolean
  /** Dies when this many more statements were run. */
  statementsLeft: number
  /** Calls under way. */
  busy: number
  onDeath: () => void
}

export class SimServer implements Exchange {
  kills = 0
  /** Bugs and refusals that the server logged. */
  readonly complaints: object[] = []
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'tokenim-sim-'))
  private life: Life | undefined

  constructor(
    private readonly clock: VirtualClock,
    private readonly dice: Dice,
  ) {}

  async start(): Promise<void> {
    const db = await openSqlite({ file: path.join(this.folder, 'tokenim.db'), unsafeDurability: true })
    await migrate(db)
    const registry = new Registry()
    const life = { db, lines: new Set<Line>(), dead: false, statementsLeft: Infinity, busy: 0 } as Life
    life.onDeath = () => void this.clock.after(0, () => undefined)
    const now = () => this.clock.now()
    const token = (bytes: number) =>
      this.dice
        .id()
        .repeat(Math.ceil(bytes / 16))
        .slice(0, Math.ceil((bytes * 4) / 3))
    const lease = { node: this.kills % 32, fromMs: now(), untilMs: () => Number.MAX_SAFE_INTEGER }
    const app = createApp({
      db: mortal(db, life),
      bus: memoryBus(),
      deliver: registry,
      tools: { now, token },
      newId: idMaker(lease, now),
      secret,
      log: { warn: (fields) => this.complain(life, fields), error: (fields) => this.complain(life, fields) },
      onFatal: (error) => this.complain(life, { fatal: String(error) }),
      passwordCost,
      limiter: unlimited,
      checkOutput: true,
    })
    life.app = counted(app, life)
    life.gateway = createGateway({
      app: life.app,
      registry,
      now,
      unit: () => this.dice.unit(),
      log: { warn: () => undefined, error: (fields) => this.complain(life, fields) },
    })
    this.life = life
    const sweep = () => {
      if (life.dead) return
      life.gateway.sweep()
      this.clock.after(1_000, sweep)
    }
    this.clock.after(1_000, sweep)
  }

  /** kill −9, after `statements` more statements if any are run at all; then a start some time later. */
  dieAfter(statements: number): void {
    if (this.life) this.life.statementsLeft = statements
  }

  /** Ends the life that is over, or this one, and starts the next. */
  async restart(): Promise<void> {
    this.kills++
    const { life } = this
    this.life = undefined
    if (life) await bury(life)
    await this.start()
  }

  get isDead(): boolean {
    return this.life?.dead ?? true
  }

  /** Waits until the calls under way are answered and everything they caused has been told. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 3;) {
      await new Promise((resolve) => setImmediate(resolve))
      quiet = this.life && !this.life.dead && this.life.busy > 0 ? 0 : quiet + 1
    }
  }

  connect(line: Line): void {
    const { life } = this
    if (!life || life.dead) return line.cut()
    life.lines.add(line)
    const gone = () => line.close('server')
    const wire = {
      bufferedAmount: 0,
      send: (text: string) => {
        if (!life.dead) line.send('down', text)
      },
      close: gone,
      terminate: gone,
    }
    const ear = life.gateway.accept(wire, 'sim')
    line.attach('up', {
      text: (text) => {
        if (!life.dead) ear.text(text)
      },
      closed: () => {
        life.lines.delete(line)
        if (!life.dead) ear.closed()
      },
    })
  }

  async post(op: string, input: unknown, token: string | undefined): Promise<HttpAnswer> {
    const { life } = this
    const offline: HttpAnswer = { ok: false, error: { code: 'offline' } }
    if (!life || life.dead) return offline
    const facts = token === undefined ? undefined : await life.app.authenticate(token)
    if (token !== undefined && !facts) return { ok: false, error: { code: 'unauthenticated' } }
    const caller = facts
      ? ({ kind: 'user', ...facts, address: 'sim' } as const)
      : ({ kind: 'anonymous', address: 'sim' } as const)
    return life.app.dispatch({ op, input, caller })
  }

  /** Calls past the network, for laws. Throws on a refusal. */
  async ask<N extends OpName>(userId: UserId, op: N, input: Input<N>): Promise<Output<N>> {
    const caller = { kind: 'user', userId, sessionId: 0, address: 'law' } as const
    const result = await this.life?.app.dispatch({ op, input, caller })
    if (!result?.ok) throw new Error(`${op}: ${JSON.stringify([result, this.complaints.at(-1)])}`)
    return result.value as Output<N>
  }

  async close(): Promise<void> {
    if (this.life) await bury(this.life)
    rmSync(this.folder, { recursive: true, force: true })
  }

  private complain(life: Life, fields: object): void {
    if (!life.dead) this.complaints.push(fields)
  }
}

class Killed extends Error {}

async function bury(life: Life): Promise<void> {
  kill(life)
  await life.db.close()
}
function kill(life: Life): void {
  life.dead = true
  for (const line of [...life.lines]) line.cut()
  life.lines.clear()
}

const never = new Promise<never>(() => undefined)

/** A database that dies with its process: the transaction under way is rolled back, and nobody hears of it. */
function mortal(db: Db, life: Life): Db {
  const count = () => {
    if (!life.dead && life.statementsLeft-- <= 0) kill(life)
    if (life.dead) throw new Killed()
  }
  const guarded = (connection: Connection): Connection => ({
    dialect: connection.dialect,
    all: (sql, binds) => (count(), connection.all(sql, binds)),
    one: (sql, binds) => (count(), connection.one(sql, binds)),
    run: (sql, binds) => (count(), connection.run(sql, binds)),
  })
  const outlived = async <T>(work: Promise<T>): Promise<T> => {
    const [result] = await Promise.allSettled([work])
    if (life.dead) return never
    if (result.status === 'rejected') throw result.reason
    return result.value
  }
  return {
    dialect: db.dialect,
    write: (work) => outlived(db.write((connection) => work(guarded(connection)))),
    read: (work) => outlived(db.read((connection) => work(guarded(connection)))),
    now: () => db.now(),
    close: () => db.close(),
  }
}

/** Counts what is under way; a call that dies with the server counts no more. */
function counted(app: App, life: Life): App {
  const track = async <T>(work: Promise<T>): Promise<T> => {
    life.busy++
    try {
      return await work
    } finally {
      life.busy--
    }
  }
  return {
    ...app,
    dispatch: (call) => track(app.dispatch(call)),
    authenticate: (token) => track(app.authenticate(token)),
    pulse: (userId, sessionId) => track(app.pulse(userId, sessionId)),
  }
}
