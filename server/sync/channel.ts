/**
 * What the phones on this node have been told of one stream. A change that begins where the last one ended goes out as it
 * is; anything else makes the channel read what is missing (Y12), if anybody here hears the stream. Frames leave in order (Y4).
 */
import type { StreamId, TimeMs, UserId, Version } from '../../protocol/ids'
import type { Connection, Db } from '../db/connection'
import { readMissing } from './catch-up'
import type { Change, Reached } from './changes'
import type { Deliver } from './deliver'
import { framesOf } from './frames'
import { kindOf } from './rows'
import type { Streams } from './sources'

export interface ChannelOptions {
  db: Db
  streams: Streams
  deliver: Deliver
  now: () => TimeMs
  onError: (error: unknown) => void
}

/** Changes that wait while something before them is read. */
const waitingMax = 256
/** One for all channels: there are many, and what is at rest should weigh little. */
const atRest = Promise.resolve()

export class Channel {
  usedAt: TimeMs
  working = false
  /** Resolves when the work that was under way when it was asked has ended. Never rejects. */
  done: Promise<void> = atRest
  /** Where the last change that was told ended. Undefined: none was told yet, phones hold what they pulled. */
  private published: Version | undefined
  /** The head when it was last read. The first time phones are told no more than this, and pull. */
  private seen: Version | undefined
  /** Who hears the stream; undefined: to be read. */
  private audience: readonly UserId[] | undefined
  /**
   * Who heard it before others wrote what was not read, being for nobody here. They may have let somebody in since: he makes
   * himself known (`follow`), and nobody is told a change before the audience is read anew.
   */
  private absent: readonly UserId[] | undefined
  /** It has to be read, whatever was heard. */
  private asked = false
  /** What has to wait because something before it is read from the database. */
  private waiting: Change[] | undefined
  /** The stream is at least here, as others say. */
  private reached: Version = 0

  constructor(
    private readonly stream: StreamId,
    private readonly options: ChannelOptions,
  ) {
    this.usedAt = options.now()
  }

  /** A change was committed here. */
  tell(change: Change): void {
    this.usedAt = this.options.now()
    if (!this.working) {
      this.noticeAudience(change)
      const next = this.published === undefined || change.from === this.published
      if (this.audience && next) return this.send(this.audience, change)
    }
    const waiting = (this.waiting ??= [])
    if (waiting.length < waitingMax) waiting.push(change)
    else {
      // Too much to hold while the database does not answer: it is read there.
      this.waiting = undefined
      this.reached = Math.max(this.reached, change.to)
    }
    this.start()
  }

  /** The stream moved elsewhere, perhaps. While nobody here hears it that is no work: who connects later asks for heads (Y8). */
  hear({ from, version }: Reached): void {
    this.usedAt = this.options.now()
    this.reached = Math.max(this.reached, version)
    if (!this.isBehind()) return
    if (!this.working && this.isForNobody()) return this.pass()
    if (from !== undefined && this.published === undefined) this.seen = Math.max(this.seen ?? 0, from)
    this.start()
  }

  /** Somebody here has just read where the stream stands. Who was not known to hear it may have missed what came since. */
  follow(user: UserId): void {
    const known = this.audience ?? this.absent
    if (known ? known.includes(user) : !this.working) return
    this.audience = this.absent = undefined
    this.asked = true
    this.start()
  }

  private isForNobody(): boolean {
    const { deliver } = this.options
    const known = this.audience ?? this.absent
    return (
      known !== undefined && !deliver.isOnline(this.stream) && !known.some((user) => deliver.isOnline(user))
    )
  }

  private pass(): void {
    this.absent = this.audience ?? this.absent
    this.audience = this.published = this.seen = undefined
    this.reached = 0
  }

  private isBehind(): boolean {
    return this.asked || this.reached > (this.published ?? this.seen ?? 0)
  }

  private start(): void {
    if (this.working) return
    this.working = true
    this.done = this.work()
  }

  /** Ends, and lets the next one start, in the step that finds nothing left. */
  private async work(): Promise<void> {
    try {
      while (this.waiting?.length || this.isBehind()) await this.step()
    } catch (error) {
      // Phones notice by the next frame, which does not begin where they are, or by the digest.
      this.published = this.seen = this.audience = this.absent = undefined
      this.reached = 0
      this.options.onError(error)
    } finally {
      this.waiting = undefined
      this.done = atRest
      this.working = false
    }
  }

  private async step(): Promise<void> {
    const change = this.waiting?.shift()
    const published = this.published ?? change?.from
    if (!change || published === undefined) return this.catchUp()
    if (change.to <= published) return
    if (change.from !== published) return this.catchUp()
    this.noticeAudience(change)
    this.audience ??= await this.options.db.read((c) => this.readAudience(c))
    this.send(this.audience, change)
  }

  private send(audience: readonly UserId[], change: Change): void {
    const { deliver } = this.options
    this.published = change.to
    let frames: string[] | undefined
    for (const user of audience) {
      if (!deliver.isOnline(user)) continue
      for (const frame of (frames ??= framesOf(change))) deliver.send(user, frame)
    }
  }

  private async catchUp(): Promise<void> {
    const { db, streams, deliver } = this.options
    const { stream, reached, published = this.seen } = this
    this.asked = false
    const missing = await db.read(async (c) => {
      const audience = await this.readAudience(c)
      const viewers = audience.filter((user) => deliver.isOnline(user))
      return { audience, ...(await readMissing(streams.sources, c, { stream, since: published, viewers })) }
    })
    this.absent = undefined
    this.audience = missing.audience
    this.seen = missing.head
    // The first time no rows went out: a change of this node that was found in the database first is still to be told.
    if (published !== undefined) this.published = missing.head
    // What was heard meanwhile may be beyond what was read.
    if (this.reached === reached) this.reached = Math.min(reached, missing.head)
    for (const [user, change] of missing.changes)
      for (const frame of framesOf(change)) deliver.send(user, frame)
  }

  /** A stream that belongs to somebody who is online is his own; nobody else hears it. */
  private async readAudience(db: Connection): Promise<readonly UserId[]> {
    const { deliver, streams } = this.options
    return deliver.isOnline(this.stream) ? [this.stream] : streams.audienceOf(db, this.stream)
  }

  /**
   * A user stream is heard by its user alone. A place of somebody who was not known to listen has opened: the audience is
   * read anew. A read mark that moves changes nothing. (Places that close come with groups; their rows will say so.)
   */
  private noticeAudience({ rows }: Change): void {
    const [first] = rows
    if (first && kindOf(first) === 'user') this.audience = [this.stream]
    else if (rows.some((row) => row.k === 'place' && !this.audience?.includes(row.userId)))
      this.audience = undefined
  }
}
