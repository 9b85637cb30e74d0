/** A server among others that is killed, frozen or cut off from its database and Redis, and heals. */
import { existsSync } from 'node:fs'
import { launchServer, type LaunchedServer } from '../server/launch'
import type { Instance } from './child'
import { isReady, waitFor } from './load'
import { startProxy, type FaultProxy } from './proxy'

/** `silent`: what it and its database and Redis say to each other is held back; `reset`: it is refused. */
export type Fault = 'killed' | 'frozen' | 'silent' | 'reset'
export interface ChaosNodeOptions {
  database: Instance
  redis: Instance
  entry: string
  secret: string
}

const readyWithinMs = 30_000

export class ChaosNode {
  fault: Fault | undefined

  private constructor(
    readonly server: LaunchedServer,
    private readonly lines: readonly FaultProxy[],
  ) {}

  /** Starts it, on lines of its own to the database and Redis. */
  static async launch({ database, redis, entry, secret }: ChaosNodeOptions): Promise<ChaosNode> {
    const lines = [await startProxy({ port: database.port }), await startProxy({ port: redis.port })]
    const through = ({ url, port }: Instance, line?: FaultProxy) =>
      url.replace(`:${port}`, `:${line?.port ?? 0}`)
    const server = await launchServer(undefined, {
      entry,
      env: {
        DATABASE_URL: through(database, lines[0]),
        REDIS_URL: through(redis, lines[1]),
        JWT_SECRET: secret,
        RATE_LIMIT_FACTOR: '100000',
      },
    })
    return new ChaosNode(server, lines)
  }

  get url(): string {
    return this.server.url
  }

  async hit(fault: Fault): Promise<void> {
    this.fault = fault
    if (fault === 'killed') await this.server.kill9()
    if (fault === 'frozen') process.kill(this.server.pid, 'SIGSTOP')
    for (const line of this.lines) {
      if (fault === 'silent') for (const side of ['client', 'server'] as const) line.hold(side)
      if (fault !== 'reset') continue
      line.refusing = true
      line.cut()
    }
  }

  /** Ends the fault; resolves when it serves again. A node that lost its number has ended, and is started anew. */
  async heal(): Promise<void> {
    if (this.fault === 'frozen') process.kill(this.server.pid, 'SIGCONT')
    for (const line of this.lines) {
      line.refusing = false
      line.heal()
    }
    if (this.fault === 'killed') await this.server.restart()
    await waitFor('ready again', readyWithinMs, async () => {
      if (this.hasEnded()) await this.server.restart()
      return isReady(this.url).catch(() => false)
    })
    this.fault = undefined
  }

  hasEnded(): boolean {
    return !existsSync(`/proc/${this.server.pid}`)
  }

  async stop(): Promise<void> {
    await this.server.stop()
    await Promise.all(this.lines.map((line) => line.close()))
  }
}
