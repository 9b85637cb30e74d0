/**
 * The checker: one pass over the server's log of each conversation, one over the history. It holds one small record for
 * each message and each device, and never compares two messages twice.
 */
import type { HistoryLine, SendLine } from './events'
import { Screens } from './screens'

export interface Logged {
  seq: number
  sender: number
  clientId: string
  text: string
  /** Countable messages at or below this seq; absent: every message counts. */
  countable?: number
  /** Posted by the server itself. */
  tip?: boolean
}
export interface Member {
  userId: number
  /** Where the server says he has read. */
  read?: number
  /** What he may see, both ends included; absent: everything. */
  intervals?: readonly (readonly [from: number, to: number])[]
}
/** What the server holds in the end, in seq order. */
export interface Truth {
  conversationId: number
  log: readonly Logged[]
  /** Absent: who saw what, and where they have read, is not checked. */
  members?: readonly Member[]
}

/** How often each rule was broken. */
export interface Broken {
  /** An acked message is not there, or not with that seq and text. */
  lost: number
  /** An acked message is there more than once, or was acked with two seqs. */
  doubled: number
  /** A seq is missing, twice, or out of its place. */
  holes: number
  /** B was sent after A was acked, and stands before A. */
  inversions: number
  /** A sender's messages stand in another order than he sent them. */
  unfifo: number
  /** A message without an answer is there more than once. */
  infoTwice: number
  /** A refused message is there, or one that nobody sent. */
  ghosts: number
  /** A device showed messages out of order, or with a gap. */
  shownOutOfOrder: number
  shownTwice: number
  /** A device showed what the log does not hold so, or its last screen is not the log. */
  shownFalse: number
  /** Somebody saw what he may not see. */
  shownToOutsiders: number
  /** A read mark moved back, was lost, or lies beyond the head. */
  marks: number
  /** A last screen shows another unread number than the log gives. */
  unread: number
}
export interface Verdict {
  acked: number
  /** Sent, and nobody knows. */
  unknown: number
  logged: number
  screens: number
  broken: Broken
  /** The first violations, in words. */
  examples: string[]
}
export type Report = (rule: keyof Broken, example: string) => void

export const nothingBroken: Readonly<Broken> = {
  ...{ lost: 0, doubled: 0, holes: 0, inversions: 0, unfifo: 0, infoTwice: 0, ghosts: 0 },
  ...{ shownOutOfOrder: 0, shownTwice: 0, shownFalse: 0, shownToOutsiders: 0, marks: 0, unread: 0 },
}
const examplesMax = 10

/** The log of a conversation, ready to be asked. */
export interface Indexed extends Truth {
  bySeq: Map<number, Logged>
  /** Seqs by sender and clientId. */
  seqs: Map<string, number[]>
}
interface Send {
  key: string
  line: SendLine
  status: SendLine['status']
  /** Greatest seq that was acked in this conversation before it was sent. */
  floor: number
  refused: boolean
}
const keyOf = (sender: number, clientId: string): string => `${sender}/${clientId}`

/** Checks lines, which come in order of time, against what the server holds in the end. */
export async function checkLines(
  lines: AsyncIterable<HistoryLine> | Iterable<HistoryLine>,
  truths: readonly Truth[],
): Promise<Verdict> {
  const broken: Broken = { ...nothingBroken }
  const examples: string[] = []
  const report: Report = (rule, example) => {
    broken[rule]++
    if (examples.length < examplesMax) examples.push(`${rule}: ${example}`)
  }
  const talks = new Map(
    truths.map((truth) => [truth.conversationId, new Talk(indexed(truth, report), report)]),
  )
  for await (const line of lines) talks.get(line.conv)?.hear(line)
  const counts = { acked: 0, unknown: 0, logged: 0, screens: 0 }
  for (const talk of talks.values()) {
    const own = talk.end()
    for (const key of Object.keys(counts) as (keyof typeof counts)[]) counts[key] += own[key]
  }
  return { ...counts, broken, examples }
}

function indexed(truth: Truth, report: Report): Indexed {
  const bySeq = new Map<number, Logged>()
  const seqs = new Map<string, number[]>()
  truth.log.forEach((row, index) => {
    if (row.seq !== index + 1)
      report('holes', `conversation ${truth.conversationId}, ${row.seq} is at ${index + 1}`)
    bySeq.set(row.seq, row)
    const key = keyOf(row.sender, row.clientId)
    const known = seqs.get(key)
    if (known) known.push(row.seq)
    else seqs.set(key, [row.seq])
  })
  return { ...truth, bySeq, seqs }
}

/** One conversation: its sends, read marks and screens. */
class Talk {
  private readonly sends = new Map<string, Send>()
  private readonly senders = new Set<number>()
  private readonly marks = new Map<number, number>()
  private readonly screens: Screens
  private ackedSeq = 0
  private acked = 0

  constructor(
    private readonly truth: Indexed,
    private readonly report: Report,
  ) {
    this.screens = new Screens(truth, report)
  }

  hear(line: HistoryLine): void {
    if (line.op === 'send') this.hearSend(line)
    else if (line.op === 'show') this.screens.show(line)
    else if (line.op === 'off') this.screens.off(line.proc)
    else this.hearRead(line.user, line.seq)
  }

  private hearSend(line: SendLine): void {
    const send = this.sendOf(line)
    if (line.status === 'ok') this.hearAck(send, line)
    if (line.status !== 'fail') return
    send.refused = true
    if (send.status === 'invoke') send.status = 'fail'
  }

  private sendOf(line: SendLine): Send {
    const key = keyOf(line.sender, line.cid)
    const known = this.sends.get(key)
    if (known) return known
    const send: Send = { key, line, status: 'invoke', floor: this.ackedSeq, refused: false }
    this.sends.set(key, send)
    this.senders.add(line.sender)
    return send
  }

  private hearAck(send: Send, line: SendLine): void {
    const seq = line.seq ?? 0
    this.ackedSeq = Math.max(this.ackedSeq, seq)
    if (send.status === 'ok') {
      if (send.line.seq !== seq)
        this.report('doubled', `${send.key} was acked at ${send.line.seq} and ${seq}`)
      return
    }
    this.acked++
    send.status = 'ok'
    send.line = line
    const row = this.truth.bySeq.get(seq)
    if (!row || keyOf(row.sender, row.clientId) !== send.key || this.screens.hashAt(seq) !== line.hash)
      this.report('lost', `${send.key}, acked at ${seq} in ${line.conv}`)
  }

  private hearRead(user: number, seq: number): void {
    const before = this.marks.get(user) ?? 0
    if (seq < before || seq > this.truth.log.length)
      this.report('marks', `user ${user} was at ${before}, then at ${seq} of ${this.truth.log.length}`)
    this.marks.set(user, Math.max(before, seq))
  }

  end(): { acked: number; unknown: number; logged: number; screens: number } {
    let unknown = 0
    const last = new Map<number, number>()
    for (const send of this.sends.values()) {
      const seqs = this.truth.seqs.get(send.key) ?? []
      if (send.status === 'invoke') unknown++
      if (seqs.length > 1)
        this.report(send.status === 'ok' ? 'doubled' : 'infoTwice', `${send.key}: ${seqs.join()}`)
      const [seq] = seqs
      if (seq === undefined) continue
      if (send.status === 'fail') this.report('ghosts', `${send.key} was refused, is at ${seq}`)
      if (seq <= send.floor)
        this.report('inversions', `${send.key} is at ${seq}, ${send.floor} was acked before it`)
      // What was refused and tried again may stand behind what was sent after it.
      if (send.refused) continue
      if (seq < (last.get(send.line.sender) ?? 0)) this.report('unfifo', `${send.key} is at ${seq}`)
      last.set(send.line.sender, seq)
    }
    this.checkUnsent()
    for (const { userId, read } of this.truth.members ?? [])
      if (read !== undefined && (read < (this.marks.get(userId) ?? 0) || read > this.truth.log.length))
        this.report('marks', `user ${userId} ends at ${read}, was at ${this.marks.get(userId) ?? 0}`)
    const screens = this.screens.end()
    return { acked: this.acked, unknown, logged: this.truth.log.length, screens }
  }

  /** Of those whose sends are known, nothing else is there. */
  private checkUnsent(): void {
    for (const row of this.truth.log) {
      const key = keyOf(row.sender, row.clientId)
      if (!row.tip && this.senders.has(row.sender) && !this.sends.has(key))
        this.report('ghosts', `nobody sent ${key}, at ${row.seq}`)
    }
  }
}
