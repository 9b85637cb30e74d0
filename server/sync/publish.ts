/** Tells the phones on this node what was committed, here or elsewhere, and the other nodes what was committed here. */
import type { StreamId, UserId } from '../../protocol/ids'
import type { Bus } from '../bus/bus'
import { Channel, type ChannelOptions } from './channel'
import type { Change, Reached } from './changes'
import type { Notice } from './deliver'

export interface Publisher {
  /** After a commit of this node. Returns at once. */
  committed(changes: readonly Change[], notices: readonly Notice[]): void
  /** A stream may have moved elsewhere. Resolves when who listens here has been told. Never rejects. */
  heard(reached: Reached): Promise<void>
  /**
   * A user has read where these conversations of his stand, and hears of what comes from now on. Call it between that reading and
   * its answer: a node that did not know him for a member has told him nothing of them.
   */
  follows(user: UserId, conversations: readonly StreamId[]): void
  /** Drops channels that were silent for ten minutes. */
  sweep(): void
  /** Resolves when nothing is left to tell. */
  idle(): Promise<void>
}

const channelIdleMs = 10 * 60_000
/** Channels that are kept. One that is dropped reads its audience anew when its stream moves again. */
const channelsMax = 200_000

export function createPublisher(options: ChannelOptions & { bus: Bus }): Publisher {
  const { bus, deliver, now } = options
  const channels = new Map<StreamId, Channel>()
  const channelOf = (stream: StreamId): Channel => {
    const known = channels.get(stream)
    if (known) return known
    if (channels.size >= channelsMax) dropOne(channels)
    const made = new Channel(stream, options)
    channels.set(stream, made)
    return made
  }
  return {
    committed(changes, notices) {
      for (const change of changes) {
        const { stream, from, to } = change
        bus.publish({ stream, from, version: to })
        channelOf(stream).tell(change)
      }
      for (const notice of notices) {
        deliver.notify(notice)
        bus.publish({ notify: { ...notice.to, event: notice.event, data: notice.data } })
      }
    },
    heard(reached) {
      const channel = channelOf(reached.stream)
      channel.hear(reached)
      return channel.done
    },
    follows(user, conversations) {
      if (!deliver.isOnline(user)) return
      for (const stream of conversations) channels.get(stream)?.follow(user)
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

/** The oldest that is not at work. */
function dropOne(channels: Map<StreamId, Channel>): void {
  for (const [stream, { working }] of channels)
    if (!working) {
      channels.delete(stream)
      return
    }
}
