/**
 * What the phones on this node have been told of one stream. A change that begins where the last one ended goes out as it
 * is; anything else makes the channel read what is missing (Y12). Frames leave in order (Y4).
 */
import type { StreamId, TimeMs, UserId, Version } from '../../protocol/ids'
import type { Connection, Db } from '../db/connection'
import { readMissing } from './catch-up'
import type { Change } from './changes'
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

export class Channel {
  usedAt: TimeMs
  working = false
  /** Resolves when the work that was under way when it was asked has ended. Never rejects. */
  done: Promise<void> = Promise.resolve()
  /** Undefined: nothing was told yet, phones hold what they pulled. */
  private published: Version | undefined
  /** Who hears the stream; undefined: to be read. */
  private audience: readonly UserId[] | undefined
  /** What has to wait because something before it is read from the database. */
  private waiting: Change[] = []
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
    if (this.waiting.length < waitingMax) this.waiting.push(change)
    else {
      // Too much to hold while the database does not answer: it is read there.
      this.waiting = []
      this.reached = Math.max(this.reached, change.to)
    }
    this.start()
  }

  /** The stream moved elsewhere, perhaps. */
  hear(version: Version): void {
    this.usedAt = this.options.now()
    this.reached = Math.max(this.reached, version)
    if (this.isBehind()) this.start()
  }

  private isBehind(): boolean {
    return this.reached > (this.published ?? 0)
  }

  private start(): void {
    if (this.working) return
    this.working = true
    this.done = this.work()
  }

  /** Ends, and lets the next one start, in the step that finds nothing left. */
  private async work(): Promise<void> {
    try {
      while (this.waiting.length > 0 || this.isBehind()) await this.step()
    } catch (error) {
      // Phones notice by the next frame, which does not begin where they are, or by the digest.
      this.published = this.audience = undefined
      this.waiting = []
      this.reached = 0
      this.options.onError(error)
    } finally {
      this.working = false
    }
  }

  private async step(): Promise<void> {
    const change = this.waiting.shift()
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
    const { stream, published } = this
    const missing = await db.read(async (c) => {
      const audience = await this.readAudience(c)
      const viewers = audience.filter((user) => deliver.isOnline(user))
      return { audience, ...(await readMissing(streams.sources, c, { stream, since: published, viewers })) }
    })
    this.audience = missing.audience
    this.published = Math.max(missing.head, published ?? 0)
    this.reached = Math.min(this.reached, this.published)
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
