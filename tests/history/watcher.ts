/**
 * A real device: the client's engine on real sockets, with one room open. What it renders goes to the history, and what is
 * said on it, too. It keeps its disk when it is killed.
 */
import { createEngine } from '../../src/engine/engine'
import type { Engine, Intent, MessageView, RoomView, Ticket } from '../../src/engine/face'
import { partsOf } from '../../src/engine/stored'
import type { Result } from '../../protocol/errors'
import { freshId } from '../helpers/wire-client'
import { nodePorts, type NodePorts } from '../helpers/node-ports'
import { hashOf, type ShownRow } from './events'
import type { History, Sent } from './history'

export interface WatcherOptions {
  url: () => string
  /** Name of the device in the history. */
  name: string
  account: string
  password?: string
  conversationId: number
  history: History
  /** Marks what it shows as read. */
  reads?: boolean
}
/** What the engine keeps of acts until they are answered. */
const isAct = (key: string): boolean => partsOf(key).kind === 'act'
/** A screen is drawn at most so often, as on a phone. */
const drawEveryMs = 20
const passwordOfTests = 'correct horse 1'

export class Watcher {
  private readonly disk = new Map<string, string>()
  private readonly rowOf = new WeakMap<MessageView, ShownRow>()
  private readonly said = new Map<Ticket, Sent>()
  private readonly settled = new Map<Ticket, (result: Result<unknown>) => void>()
  private engine: Engine | undefined
  private ports: NodePorts | undefined
  private drawing: NodeJS.Timeout | undefined
  private nextId: string | undefined
  private user = 0

  private constructor(private readonly options: WatcherOptions) {}

  /** Signs in on a new device and opens the room. Throws Error when the server refuses. */
  static async signIn(options: WatcherOptions): Promise<Watcher> {
    const watcher = new Watcher(options)
    watcher.boot()
    const device = { name: options.name, platform: 'other' as const }
    const input = { account: options.account, password: options.password ?? passwordOfTests, device }
    const result = await watcher.ask({ is: 'call', op: 'accounts.signIn', input })
    if (!result.ok) throw new Error(`${options.name} could not sign in: ${JSON.stringify(result.error)}`)
    watcher.user = (result.value as { userId: number }).userId
    return watcher
  }

  /** Starts the app on what its disk holds. */
  boot(): void {
    const { url, name, conversationId } = this.options
    const id = () => {
      const given = this.nextId ?? freshId()
      this.nextId = undefined
      return given
    }
    this.ports = nodePorts({ name, url, disk: this.disk, id })
    const engine = createEngine(this.ports)
    this.engine = engine
    engine.onSettled((ticket, result) => this.hear(ticket, result))
    engine.onChanged(() => {
      this.drawing ??= setTimeout(() => this.draw(), drawEveryMs)
    })
    engine.start()
    engine.tell({ is: 'openRoom', conversationId })
  }
  /** kill −9 of the app: what had not reached the disk is gone. */
  kill(): void {
    clearTimeout(this.drawing)
    this.drawing = undefined
    this.ports?.end()
    this.engine?.stop()
    this.engine = undefined
    this.said.clear()
    this.settled.clear()
    this.options.history.off(this.options.name, this.options.conversationId)
  }

  /** Says a text; the engine sees to it that it arrives. */
  say(text: string): void {
    const clientId = freshId()
    const { conversationId, history } = this.options
    const send = history.invoke({ conversationId, sender: this.user, clientId, text })
    this.nextId = clientId
    const input = { conversationId, body: { kind: 'text' as const, text }, seenSeq: 0 }
    this.said.set(this.tell({ is: 'call', op: 'chat.sendMessage', input }), send)
  }

  /** The network went and came back: it forgets how often it failed to connect, and connects at once. */
  wake(): void {
    this.tell({ is: 'network', online: false })
    this.tell({ is: 'network', online: true })
  }

  /** Everything it was told of is there, and everything it said or read was answered. */
  isCurrent(): boolean {
    return (
      this.engine?.current() === true &&
      this.engine.pendingCount() === 0 &&
      ![...this.disk.keys()].some(isAct)
    )
  }
  room(): RoomView | undefined {
    return this.engine?.room(this.options.conversationId)
  }
  /** Waits until it is current and shows the end of the log; throws Error after `withinMs`. Gives how long it took. */
  async shows(lastSeq: number, withinMs = 15_000): Promise<number> {
    const start = performance.now()
    for (;;) {
      this.draw()
      const last = this.room()?.messages.at(-1)?.seq ?? 0
      // What it just marked as read is on its disk by then.
      await new Promise((resolve) => setTimeout(resolve, 10))
      const tookMs = performance.now() - start
      if (this.isCurrent() && last >= lastSeq) return tookMs
      if (tookMs > withinMs)
        throw new Error(
          `${this.options.name} shows ${last} of ${lastSeq}, is ${this.engine?.link() ?? 'off'}`,
        )
    }
  }

  private tell(intent: Intent): Ticket {
    if (!this.engine) throw new Error(`${this.options.name} is off`)
    return this.engine.tell(intent)
  }
  private ask(intent: Intent): Promise<Result<unknown>> {
    return new Promise((resolve) => this.settled.set(this.tell(intent), resolve))
  }
  private hear(ticket: Ticket, result: Result<unknown>): void {
    this.settled.get(ticket)?.(result)
    this.settled.delete(ticket)
    const send = this.said.get(ticket)
    this.said.delete(ticket)
    if (!send || !result.ok) return
    this.options.history.ack(send, (result.value as { seq: number }).seq)
  }

  private draw(): void {
    clearTimeout(this.drawing)
    this.drawing = undefined
    const room = this.room()
    const { name, history, conversationId } = this.options
    if (!room?.me) return
    const rows = room.messages.map((message) => this.shownRow(message))
    const seen = (row: MessageView) => (row.mine && row.readByPeer ? (row.seq ?? 0) : 0)
    const peerRead = room.messages.reduce((most, row) => Math.max(most, seen(row)), 0)
    history.show(name, room.me, conversationId, { rows, unread: room.unread, peerRead })
    const seq = room.messages.reduce((most, row) => Math.max(most, row.seq ?? 0), 0)
    if (this.options.reads && seq) this.tell({ is: 'seen', conversationId, seq })
  }
  private shownRow(message: MessageView): ShownRow {
    const known = this.rowOf.get(message)
    if (known) return known
    const { seq, from, clientId, body } = message
    const text = body.kind === 'text' ? body.text : body.tip
    const row: ShownRow = [seq ?? null, from, clientId, hashOf(text)]
    this.rowOf.set(message, row)
    return row
  }
}
