/** What devices rendered of one conversation, against its final log (rules C6, C7 and C9 of the checker). */
import { positionZero, type Position } from '../../protocol/ids'
import { unreadCount } from '../../protocol/rules/read'
import type { Indexed, Logged, Member, Report } from './check'
import { hashOf, type ShowLine, type ShownRow } from './events'

interface Screen {
  user: number
  rows: ShownRow[]
  /** Sender and clientId of `rows`. */
  keys: Set<string>
  unread: number
  peerRead: number
}
const keyOf = ([, sender, cid]: ShownRow): string => `${sender}/${cid}`

export class Screens {
  private readonly screens = new Map<string, Screen>()
  private readonly hashes = new Map<number, string>()
  private readonly members: Map<number, Member> | undefined
  private lines = 0

  constructor(
    private readonly truth: Indexed,
    private readonly report: Report,
  ) {
    this.members = truth.members && new Map(truth.members.map((member) => [member.userId, member]))
  }

  /** Hash of the text that the log holds at this seq. */
  hashAt(seq: number): string | undefined {
    const known = this.hashes.get(seq)
    if (known !== undefined) return known
    const row = this.truth.bySeq.get(seq)
    if (!row) return undefined
    const hash = hashOf(row.text)
    this.hashes.set(seq, hash)
    return hash
  }

  show(line: ShowLine): void {
    this.lines++
    const before = this.screens.get(line.proc)
    const screen = before ?? { user: line.user, rows: [], keys: new Set(), unread: 0, peerRead: 0 }
    this.screens.set(line.proc, screen)
    for (const gone of screen.rows.splice(line.keep)) screen.keys.delete(keyOf(gone))
    for (const row of line.rows) this.append(line, screen, row)
    if (line.peerRead !== 0 && line.peerRead < screen.peerRead)
      this.report('marks', `${line.proc} showed read up to ${screen.peerRead}, then to ${line.peerRead}`)
    screen.peerRead = Math.max(screen.peerRead, line.peerRead)
    screen.unread = line.unread
  }
  off(device: string): void {
    this.screens.delete(device)
  }

  private append(line: ShowLine, screen: Screen, row: ShownRow): void {
    const [seq, sender, , hash] = row
    const previous = screen.rows.at(-1)
    const where = `${line.proc} in ${line.conv}, ${seq ?? 'unsent'} after ${previous?.[0] ?? 'nothing'}`
    if (screen.keys.has(keyOf(row))) this.report('shownTwice', where)
    screen.keys.add(keyOf(row))
    screen.rows.push(row)
    if (previous && (previous[0] === null ? seq !== null : seq !== null && seq !== previous[0] + 1))
      this.report('shownOutOfOrder', where)
    if (!this.maySee(line.user, seq)) this.report('shownToOutsiders', where)
    if (seq === null) {
      if (sender !== line.user) this.report('shownFalse', `${where}: of somebody else`)
      return
    }
    const logged = this.truth.bySeq.get(seq)
    if (!logged || `${logged.sender}/${logged.clientId}` !== keyOf(row) || this.hashAt(seq) !== hash)
      this.report('shownFalse', where)
  }

  private maySee(user: number, seq: number | null): boolean {
    if (!this.members) return true
    const member = this.members.get(user)
    if (!member) return false
    const { intervals } = member
    return seq === null || !intervals || intervals.some(([from, to]) => seq >= from && seq <= to)
  }

  /** Everybody who still looks sees the end of the log, and the right unread number. Gives how many screens there were. */
  end(): number {
    for (const [device, screen] of this.screens) {
      const last = screen.rows.at(-1)?.[0]
      const head = this.lastSeqOf(screen.user)
      if (last !== head)
        this.report('shownFalse', `${device} ends with ${last ?? 'nothing'}, the log with ${head}`)
      const member = this.members?.get(screen.user)
      if (member?.read === undefined) continue
      const unread = this.unreadAt(member.read, screen.user)
      if (unread !== screen.unread)
        this.report('unread', `${device} shows ${screen.unread}, they are ${unread}`)
    }
    return this.lines
  }

  private lastSeqOf(user: number): number | undefined {
    const { log } = this.truth
    for (let n = log.length - 1; n >= 0; n--) if (this.maySee(user, log[n]?.seq ?? 0)) return log[n]?.seq
    return undefined
  }

  /** Rule R2; own messages and tips right after the mark are no news. */
  private unreadAt(read: number, user: number): number {
    let position = this.positionOf(this.truth.bySeq.get(read))
    for (
      let next = this.truth.bySeq.get(position.seq + 1);
      next;
      next = this.truth.bySeq.get(position.seq + 1)
    ) {
      if (next.sender !== user && !next.tip) break
      position = this.positionOf(next)
    }
    return unreadCount(this.positionOf(this.truth.log.at(-1)).countable, [position])
  }
  private positionOf(row: Logged | undefined): Position {
    return row ? { seq: row.seq, countable: row.countable ?? row.seq } : positionZero
  }
}
