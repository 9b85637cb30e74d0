/**
 * A write transaction as its calls see it, one after the other: the heads they hold, the rows they changed, and a journal
 * that undoes the call that runs. Heads are written once, at the end.
 */
import type { EventData, EventName } from '../protocol'
import type { SessionId, StreamId, TimeMs, UserId, Version } from '../protocol/ids'
import type { StreamRow } from '../protocol/records'
import type { Bind, Connection } from './db/connection'
import type { Head, Tx } from './handle'
import { recordChanges, type Change } from './sync/changes'
import { insertHead, lockHeads, updateHeads } from './sync/heads'
import type { KnownHeads } from './sync/known-heads'
import type { Notice } from './sync/deliver'
import { recordNotices } from './sync/notices'

interface Held {
  readonly stream: StreamId
  head: Head
  /** As the database has it. */
  readonly saved: Readonly<Head>
  rows: StreamRow[]
  /** The call that locked it last. */
  call: number
}
/** How a stream was before the call that runs touched it; without a head: it did not exist. */
interface Mark {
  readonly held: Held
  readonly head: Head | undefined
  readonly rows: number
}

export interface TransactionOptions {
  clock: () => TimeMs
  makeId: () => number
  /** Nobody else reads this database: no changes and notices are kept for others. */
  single?: boolean
  /** Heads that need not be read. */
  known?: KnownHeads | undefined
}

export class Transaction implements Tx {
  private readonly held = new Map<StreamId, Held>()
  private readonly notices: Notice[] = []
  /** For the domain's sql.ts. */
  readonly db: Connection
  /** The call that runs has changed something in the database. */
  hasWritten = false
  private call = 0
  private marks: Mark[] = []
  private absent: StreamId[] = []
  private highest: StreamId = 0
  private at: TimeMs = 0
  private lastAt: TimeMs = 0
  private noticesBefore = 0

  constructor(
    connection: Connection,
    private readonly options: TransactionOptions,
  ) {
    const writes =
      <T>(write: (sql: string, binds?: readonly Bind[]) => T) =>
      (sql: string, binds?: readonly Bind[]) => {
        this.hasWritten = true
        return write(sql, binds)
      }
    this.db = { ...connection, run: writes(connection.run), put: writes(connection.put) }
  }

  /** A call, or a batch of them, starts. */
  begin(): void {
    this.call += 1
    this.hasWritten = false
    this.marks = []
    this.absent = []
    this.highest = this.at = this.lastAt = 0
    this.noticesBefore = this.notices.length
  }

  /** Forgets what the call that runs recorded. Its rows, where it wrote some, are undone by the savepoint. */
  undo(): void {
    for (const { held, head, rows } of this.marks) {
      if (!head) this.held.delete(held.stream)
      else held.head = head
      held.rows.length = rows
    }
    this.notices.length = this.noticesBefore
    this.begin()
  }

  /** Forgets everything: all was undone, and the locks of heads went with the transaction. */
  startAnew(): void {
    this.held.clear()
    this.notices.length = 0
  }

  /**
   * Writes the heads that moved, and what others have to read of it; what there is to publish when the commit succeeds, and the heads
   * as it leaves them then.
   */
  async flush(): Promise<{ changes: Change[]; notices: Notice[]; heads: ReadonlyMap<StreamId, Head> }> {
    const changes: Change[] = []
    const heads = new Map<StreamId, Head>()
    const moved: [StreamId, Head][] = []
    for (const { stream, head, saved, rows } of this.held.values()) {
      heads.set(stream, head)
      if (!same(head, saved)) moved.push([stream, head])
      if (rows.length > 0) changes.push({ stream, from: saved.version, to: head.version, rows })
    }
    await updateHeads(this.db, moved)
    if (!this.options.single) await this.tellOthers(changes)
    return { changes, notices: this.notices, heads }
  }

  /** By the tables of changes and notices. */
  private async tellOthers(changes: readonly Change[]): Promise<void> {
    const { makeId } = this.options
    await recordChanges(this.db, changes, makeId)
    if (this.notices.length > 0) await recordNotices(this.db, this.notices, makeId)
  }

  async lock(streams: readonly StreamId[]): Promise<void> {
    const unread: StreamId[] = []
    for (const stream of streams.length > 1 ? [...streams].sort((a, b) => a - b) : streams) {
      const held = this.held.get(stream)
      if (held?.call === this.call || stream === this.highest || this.absent.includes(stream)) continue
      if (stream < this.highest)
        throw new Error(
          `stream ${stream} is locked after ${this.highest}: heads are locked in ascending order`,
        )
      this.highest = stream
      const known = held ? undefined : this.options.known?.get(stream)
      if (held) this.take(held)
      else if (known) this.hold(stream, known)
      else unread.push(stream)
    }
    if (unread.length === 0) return
    const found = await lockHeads(this.db, unread)
    for (const [stream, head] of found) this.hold(stream, head)
    if (found.length < unread.length) this.absent.push(...unread.filter((stream) => !this.held.has(stream)))
  }

  head(stream: StreamId): Head | undefined {
    const held = this.held.get(stream)
    return held?.call === this.call ? held.head : undefined
  }

  async openStream(stream: StreamId): Promise<Head> {
    await insertHead(this.db, stream)
    const head: Head = { version: 0, seq: 0, countable: 0, lastAt: 0 }
    const held = { stream, head, saved: { ...head }, rows: [], call: this.call }
    this.held.set(stream, held)
    this.marks.push({ held, head: undefined, rows: 0 })
    return head
  }

  change<R extends StreamRow>(stream: StreamId, row: (v: Version) => R): R {
    const held = this.held.get(stream)
    if (held?.call !== this.call) throw new Error(`stream ${stream} changes without being locked`)
    const made = row(held.head.version + 1)
    held.head.version += 1
    held.rows.push(made)
    return made
  }

  notify<N extends EventName>(
    to: { userId: UserId; sessionId?: SessionId },
    event: N,
    data: EventData<N>,
  ): void {
    this.notices.push({ to, event, data })
  }

  now(stream?: StreamId): TimeMs {
    this.at ||= this.options.clock()
    const lastAt = stream === undefined ? this.lastAt : (this.head(stream)?.lastAt ?? 0)
    return Math.max(this.at, lastAt)
  }

  newId(): number {
    return this.options.makeId()
  }

  private hold(stream: StreamId, saved: Readonly<Head>): void {
    const held = { stream, head: { ...saved }, saved, rows: [], call: 0 }
    this.held.set(stream, held)
    this.take(held)
  }

  private take(held: Held): void {
    held.call = this.call
    this.marks.push({ held, head: { ...held.head }, rows: held.rows.length })
    this.lastAt = Math.max(this.lastAt, held.head.lastAt)
  }
}

const same = (a: Readonly<Head>, b: Readonly<Head>): boolean =>
  a.version === b.version && a.seq === b.seq && a.countable === b.countable && a.lastAt === b.lastAt
