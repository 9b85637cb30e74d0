/** The nodes of a world and the balancer in front of them. */
import type { Input, OpName, Output } from '../../protocol'
import type { UserId } from '../../protocol/ids'
import type { Dice } from './dice'
import type { Line } from './net'
import type { Exchange } from './phone'
import type { SimServer } from './server'

export class Cluster {
  /** Sockets that came to another node than the phone's last one. */
  moved = 0
  private readonly restarting = new Set<Promise<void>>()

  constructor(
    readonly nodes: readonly SimServer[],
    private readonly dice: Dice,
  ) {}

  async start(): Promise<void> {
    for (const node of this.nodes) await node.start()
  }

  /** Starts a node again; time waits for it. */
  restart(node: SimServer): void {
    const done = node.restart().finally(() => this.restarting.delete(done))
    this.restarting.add(done)
  }

  /** Waits until what is under way is answered and everything it caused has been told. */
  async settle(): Promise<void> {
    await Promise.all(this.restarting)
    for (let quiet = 0; quiet < 3;) {
      await new Promise((resolve) => setImmediate(resolve))
      quiet = this.nodes.some((node) => node.isBusy) ? 0 : quiet + 1
    }
  }

  /**
   * One phone's way in. Its sockets stay with a node while it lives, mostly; calls over HTTP go to any. A node that died is
   * found out at the first try.
   */
  door(): Exchange {
    let home = this.someNode()
    return {
      connect: (line: Line) => {
        const other = (home?.isDead ?? true) || this.dice.chance(0.1) ? this.someNode() : home
        if (other !== home) this.moved++
        home = other
        if (home) home.connect(line)
        else line.cut()
      },
      post: (request) => {
        const node = this.someNode()
        return node ? node.post(request) : Promise.resolve({ ok: false, error: { code: 'offline' } })
      },
    }
  }

  /** Calls past the network, for laws. Throws on a refusal. */
  async ask<N extends OpName>(userId: UserId, op: N, input: Input<N>): Promise<Output<N>> {
    const result = await this.someNode()?.ask(userId, op, input)
    if (!result?.ok) throw new Error(`${op}: ${JSON.stringify([result, this.complaints.at(-1)])}`)
    return result.value as Output<N>
  }

  /** Nothing is slow any more. Starts what is dead, and some of the others anew: these know nothing of any stream. */
  async heal(): Promise<void> {
    for (const node of this.nodes) {
      node.isSlow = false
      if (node.isDead || this.dice.chance(0.5)) await node.restart()
    }
  }

  get kills(): number {
    return this.nodes.reduce((sum, { kills }) => sum + kills, 0)
  }
  get complaints(): object[] {
    return this.nodes.flatMap(({ complaints }) => complaints)
  }

  async close(): Promise<void> {
    for (const node of this.nodes) await node.bury()
  }

  private someNode(): SimServer | undefined {
    const alive = this.nodes.filter((node) => !node.isDead)
    return alive.length > 0 ? this.dice.pick(alive) : undefined
  }
}
