/**
 * Tells the phones on this node what was committed, here or elsewhere. Each stream has a channel that knows the version it
 * has told last: a change that begins there goes out as it is, anything else makes it read what is missing. So hints may be
 * lost, doubled or reordered (Y12), and frames of one stream leave in order (Y4).
 */
import type { StreamId, TimeMs, UserId, Version } from '../../protocol/ids'
import type { Bus } from '../bus/bus'
import type { Connection, Db } from '../db/connection'
import { readMissing } from './catch-up'
import type { Change, Reached } from './changes'
import type { Deliver, Notice } from './deliver'
import { framesOf } from './frames'
import { kindOf } from './rows'
import type { Streams } from './sources'

export interface Publisher {
  /** After a commit of this node: tells the phones here and the other nodes. Returns at once. */
  committed(changes: readonly Change[], notices: readonly Notice[]): void
  /** A stream may have moved elsewhere. Resolves when who listens here has been told. Never rejects. */
  heard(reached: Reached): Promise<void>
  /** Drops channels that were silent for ten minutes. */
  sweep(): void
  /** Resolves when nothing is left to tell. */
  idle(): Promise<void>
}
export interface PublisherOptions {
  db: Db
  streams: Streams
  bus: Bus
  deliver: Deliver
  now: () => TimeMs
  onError: (error: unknown) => void
}

interface Channel {
  readonly stream: StreamId
  /** Undefined: nothing yet, phones hold what they pulled. */
  published: Version | undefined
  /** Who hears the stream; undefined: to be read. */
  audience: readonly UserId[] | undefined
  usedAt: TimeMs
  /** What has to wait because something before it is read from the database. */
  waiting: Change[]
  /** The stream is at least here, as others say. */
  reached: Version
  working: boolean
  /** Resolves when the work under way, if any, has ended. */
  done: Promise<void>
}

const channelIdleMs = 10 * 60_000
const nothing = Promise.resolve()

export function createPublisher({ db, streams, bus, deliver, now, onError }: PublisherOptions): Publisher {
  const channels = new Map<StreamId, Channel>()

  function channelOf(stream: StreamId): Channel {
    const usedAt = now()
    const known = channels.get(stream)
    if (known) {
      known.usedAt = usedAt
      return known
    }
    const made: Channel = {
      ...{ stream, usedAt, waiting: [], reached: 0 },
      ...{ published: undefined, audience: undefined, working: false, done: nothing },
    }
    channels.set(stream, made)
    return made
  }

  function tell(change: Change): void {
    const channel = channelOf(change.stream)
    prepareAudience(channel, change)
    const next = channel.published === undefined || change.from === channel.published
    if (!channel.working && channel.audience && next) return send(channel, channel.audience, change)
    channel.waiting.push(change)
    start(channel)
  }

  function send(channel: Channel, audience: readonly UserId[], change: Change): void {
    channel.published = change.to
    let frames: string[] | undefined
    for (const user of audience) {
      if (!deliver.isOnline(user)) continue
      for (const frame of (frames ??= framesOf(change))) deliver.send(user, frame)
    }
  }

  function start(channel: Channel): void {
    if (channel.working) return
    channel.working = true
    channel.done = work(channel)
  }

  /** Ends, and lets the next one start, in the step that finds nothing left. */
  async function work(channel: Channel): Promise<void> {
    try {
      while (channel.waiting.length > 0 || channel.reached > (channel.published ?? 0)) await step(channel)
    } catch (error) {
      // The phones notice by the next frame, which does not begin where they are, or by the digest.
      channels.delete(channel.stream)
      onError(error)
    } finally {
      channel.working = false
    }
  }

  async function step(channel: Channel): Promise<void> {
    const change = channel.waiting.shift()
    const published = channel.published ?? change?.from
    if (!change || published === undefined) return catchUp(channel)
    if (change.to <= published) return
    if (change.from !== published) return catchUp(channel)
    prepareAudience(channel, change)
    channel.audience ??= await db.read((c) => audienceIn(c, channel.stream))
    send(channel, channel.audience, change)
  }

  async function catchUp(channel: Channel): Promise<void> {
    const { stream, published } = channel
    const missing = await db.read(async (c) => {
      const audience = await audienceIn(c, stream)
      const viewers = audience.filter((user) => deliver.isOnline(user))
      return { audience, ...(await readMissing(streams.sources, c, { stream, since: published, viewers })) }
    })
    channel.audience = missing.audience
    channel.published = Math.max(missing.head, published ?? 0)
    channel.reached = Math.min(channel.reached, channel.published)
    for (const [user, change] of missing.changes)
      for (const frame of framesOf(change)) deliver.send(user, frame)
  }

  /** A stream that nobody has a place in is a user's own, or nobody hears it. */
  const audienceIn = async (db: Connection, stream: StreamId): Promise<UserId[]> =>
    deliver.isOnline(stream) ? [stream] : streams.audienceOf(db, stream)

  return {
    committed(changes, notices) {
      for (const change of changes) {
        bus.publish({ stream: change.stream, version: change.to })
        tell(change)
      }
      for (const notice of notices) {
        deliver.notify(notice)
        bus.publish({ notify: { ...notice.to, event: notice.event, data: notice.data } })
      }
    },
    async heard({ stream, version }) {
      const channel = channelOf(stream)
      if (version <= (channel.published ?? 0)) return
      channel.reached = Math.max(channel.reached, version)
      start(channel)
      await channel.done
    },
    sweep() {
      const before = now() - channelIdleMs
      for (const [stream, { usedAt, working }] of channels)
        if (usedAt < before && !working) channels.delete(stream)
    },
    async idle() {
      await Promise.all([...channels.values()].map(({ done }) => done))
    },
  }
}

/** A user stream is heard by its user alone; a place that changes may change who hears a conversation. */
function prepareAudience(channel: Channel, { stream, rows }: Change): void {
  const [first] = rows
  if (first && kindOf(first) === 'user') channel.audience = [stream]
  else if (rows.some(({ k }) => k === 'place')) channel.audience = undefined
}
