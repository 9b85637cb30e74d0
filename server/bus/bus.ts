/**
 * Hints between nodes. A hint may be lost, doubled or late and nothing breaks: what it tells of is read from the database,
 * which is asked every few seconds without one too (rule Y12).
 */
import type { EventName } from '../../protocol'
import type { SessionId, StreamId, UserId, Version } from '../../protocol/ids'

export type Hint =
  /** A change of the stream went from one version to another. */
  | { stream: StreamId; from?: Version; version: Version }
  | { notify: { userId: UserId; sessionId?: SessionId; event: EventName; data: unknown } }

export interface Bus {
  /** Tells the other nodes. Returns at once and never throws. */
  publish(hint: Hint): void
  /** Hears the other nodes, never this one. Returns what ends it. */
  subscribe(listener: (hint: Hint) => void): () => void
  /** Resolves when hints of others arrive here; waits as long as the bus is away. */
  ready(): Promise<void>
  close(): Promise<void>
}

export const bucketsMax = 256
/** Channel of a stream: the low bits of an id alone are nearly always 0. */
export const bucketOf = (stream: StreamId): number => (Math.floor(stream / 4096) + stream) % bucketsMax

/** The stream a hint is about: a notice goes with its user's. */
export const streamOf = (hint: Hint): StreamId => ('stream' in hint ? hint.stream : hint.notify.userId)
