/**
 * What clients did and what devices showed, line by line in a file, so that a history of any length can be kept and read
 * again. `check` compares it with the server's final log (check.ts); `checkAll` (server.ts) reads that log itself.
 */
import { appendFileSync, createReadStream, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { checkLines, type Truth, type Verdict } from './check'
import { hashOf, ticks, type HistoryLine, type SendLine, type ShownRow } from './events'

export interface Sent {
  conversationId: number
  sender: number
  clientId: string
  text: string
}
export interface Screen {
  unread: number
  peerRead: number
  rows: readonly ShownRow[]
}
type WithoutTime<L> = L extends unknown ? Omit<L, 't'> : never

const flushChars = 65_536

export class History {
  readonly file: string
  /** Acked so far. */
  acks = 0
  private text = ''
  private ackWaits: ((at: number) => void)[] = []
  private readonly shown = new Map<string, readonly ShownRow[]>()

  /** Appends to `file`; without one, to a fresh file in a folder that `remove` removes. */
  constructor(file?: string) {
    this.file = file ?? path.join(mkdtempSync(path.join(tmpdir(), 'tokenim-history-')), 'history.jsonl')
  }

  /** Call before the message leaves for the first time; never again for a retry. */
  invoke(send: Sent): Sent {
    this.send(send, 'invoke')
    return send
  }
  ack(send: Sent, seq: number): void {
    this.acks++
    this.send(send, 'ok', seq)
    for (const resolve of this.ackWaits.splice(0)) resolve(performance.now())
  }
  /** Refused before it did anything: only when every try of it was answered. It may be acked later, if tried again. */
  fail(send: Sent): void {
    this.send(send, 'fail')
  }
  /** The server answered a read mark with this position. */
  read(conversationId: number, user: number, seq: number): void {
    this.append({ op: 'read', status: 'ok', proc: String(user), conv: conversationId, user, seq })
  }
  /** All that a device renders of a conversation now; what it showed before is not written again. */
  show(device: string, user: number, conversationId: number, screen: Screen): void {
    const key = `${device}/${conversationId}`
    const before = this.shown.get(key) ?? []
    const keep = commonStart(before, screen.rows)
    this.shown.set(key, screen.rows)
    const { unread, peerRead } = screen
    const rows = screen.rows.slice(keep)
    this.append({ op: 'show', proc: device, conv: conversationId, user, keep, rows, unread, peerRead })
  }
  /** The device is switched off: it need not hold everything at the end. */
  off(device: string, conversationId: number): void {
    this.shown.delete(`${device}/${conversationId}`)
    this.append({ op: 'off', proc: device, conv: conversationId })
  }
  /** When the next ack comes: performance.now(). */
  nextAck(): Promise<number> {
    return new Promise((resolve) => this.ackWaits.push(resolve))
  }

  append(line: WithoutTime<HistoryLine>): void {
    this.text += `${JSON.stringify({ t: ticks(), ...line })}\n`
    if (this.text.length > flushChars) this.flush()
  }
  flush(): void {
    if (this.text) appendFileSync(this.file, this.text)
    this.text = ''
  }
  /** Checks one conversation. */
  check(conversationId: number, log: Truth['log']): Promise<Verdict> {
    return this.checkAgainst([{ conversationId, log }])
  }
  /** Checks these conversations; lines about others are not looked at. */
  checkAgainst(truths: readonly Truth[]): Promise<Verdict> {
    this.flush()
    return checkLines(readLines([this.file]), truths)
  }
  remove(): void {
    this.text = ''
    rmSync(this.file, { force: true })
    const folder = path.dirname(this.file)
    if (path.basename(folder).startsWith('tokenim-history-')) rmSync(folder, { recursive: true, force: true })
  }

  private send(send: Sent, status: SendLine['status'], seq?: number): void {
    const { conversationId: conv, sender, clientId: cid, text } = send
    const line = { op: 'send', status, proc: String(sender), conv, sender, cid, hash: hashOf(text) } as const
    this.append(seq === undefined ? line : { ...line, seq })
  }
}

function commonStart(before: readonly ShownRow[], now: readonly ShownRow[]): number {
  let keep = 0
  while (keep < before.length && keep < now.length && sameRow(before[keep], now[keep])) keep++
  return keep
}
const sameRow = (a: ShownRow | undefined, b: ShownRow | undefined): boolean =>
  a === b || (!!a && !!b && a.every((value, n) => value === b[n]))

/** The lines of several files in order of time. Each is read as a stream, none is held whole. */
export async function* readLines(files: readonly string[]): AsyncGenerator<HistoryLine> {
  const readers = files.filter((file) => existsSync(file)).map(readFile)
  const heads = await Promise.all(readers.map((reader) => reader.next()))
  for (;;) {
    let first = -1
    for (const [n, head] of heads.entries())
      if (!head.done && (first < 0 || head.value.t < timeOf(heads[first]))) first = n
    const head = heads[first]
    const reader = readers[first]
    if (!head || head.done || !reader) return
    yield head.value
    heads[first] = await reader.next()
  }
}
const timeOf = (head: IteratorResult<HistoryLine, undefined> | undefined): number =>
  head && !head.done ? head.value.t : Infinity

async function* readFile(file: string): AsyncGenerator<HistoryLine, undefined> {
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity }))
    if (line !== '') yield JSON.parse(line) as HistoryLine
}
