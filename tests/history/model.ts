/** True histories of a made-up server, for the checker's own tests: drawn from dice, with one bug planted on request. */
import type { Logged, Truth } from './check'
import { hashOf, type HistoryLine, type SendLine, type ShownRow } from './events'

export const conv = 7
export interface World {
  lines: HistoryLine[]
  truth: Truth & { log: Logged[] }
}
interface Said {
  sender: number
  cid: string
  state: 'sent' | 'there' | 'acked'
}
type WithoutTime<L> = L extends unknown ? Omit<L, 't' | 'conv'> : never

const senders = [1, 2, 3]
const device = 'phone of 2'
export const shownOf = (row: Logged): ShownRow => [row.seq, row.sender, row.clientId, hashOf(row.text)]

/** Each number is one step: somebody sends, something arrives, is acked, is shown, is read. */
export function trueWorld(steps: readonly number[]): World {
  const world = new Maker()
  for (const step of steps) world.step(step % 6, Math.floor(step / 6))
  return world.end()
}

class Maker {
  private readonly lines: HistoryLine[] = []
  private readonly log: Logged[] = []
  private readonly said: Said[] = []
  private shown = 0
  private read = 0

  step(kind: number, dice: number): void {
    if (kind <= 1) this.send(senders[dice % senders.length] ?? 1)
    else if (kind === 2) this.arrive(dice)
    else if (kind === 3) this.ack(dice)
    else if (kind === 4) this.show()
    else this.mark(dice)
  }

  private add(line: WithoutTime<HistoryLine>): void {
    this.lines.push({ t: this.lines.length + 1, conv, ...line })
  }
  private sendLine(said: Said, status: SendLine['status'], seq?: number): void {
    const { sender, cid } = said
    const line = { op: 'send', status, proc: String(sender), sender, cid, hash: hashOf(cid) } as const
    this.add(seq === undefined ? line : { ...line, seq })
  }
  private send(sender: number): void {
    const said: Said = { sender, cid: `m${this.said.length}`, state: 'sent' }
    this.said.push(said)
    this.sendLine(said, 'invoke')
  }
  /** The oldest of one sender that is not there yet. */
  private arrive(dice: number): void {
    const sender = senders[dice % senders.length]
    const next = this.said.find((said) => said.sender === sender && said.state === 'sent')
    if (!next) return
    next.state = 'there'
    this.log.push({ seq: this.log.length + 1, sender: next.sender, clientId: next.cid, text: next.cid })
  }
  private ack(dice: number): void {
    const there = this.said.filter((said) => said.state === 'there')
    const said = there[dice % Math.max(1, there.length)]
    if (!said) return
    said.state = 'acked'
    this.sendLine(said, 'ok', this.log.find((row) => row.clientId === said.cid)?.seq ?? 0)
  }
  private show(): void {
    const rows = this.log.slice(this.shown).map(shownOf)
    const unread = this.unread()
    this.add({ op: 'show', proc: device, user: 2, keep: this.shown, rows, unread, peerRead: this.read })
    this.shown = this.log.length
  }
  private mark(dice: number): void {
    this.read = Math.max(this.read, dice % (this.log.length + 1))
    this.add({ op: 'read', status: 'ok', proc: '2', user: 2, seq: this.read })
  }
  private unread(): number {
    const next = this.log.findIndex((row) => row.seq > this.read && row.sender !== 2)
    return next < 0 ? 0 : this.log.length - next
  }

  end(): World {
    this.show()
    const members = senders.map((userId) => (userId === 2 ? { userId, read: this.read } : { userId }))
    return { lines: this.lines, truth: { conversationId: conv, log: this.log, members } }
  }
}
