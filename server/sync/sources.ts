/**
 * What sync asks of the domains. app.ts hands these in, so that sync knows no domain (docs/ARCHITECTURE.md).
 */
import type { StreamId, UserId, Version } from '../../protocol/ids'
import type { StreamRow } from '../../protocol/records'
import type { Connection } from '../db/connection'

/** One kind of row that streams are made of. */
export interface RowSource {
  readonly of: 'conversation' | 'user'
  /** Rows the viewer may see with version > since, in version order, at most `limit`. */
  changed(
    db: Connection,
    stream: StreamId,
    viewer: UserId,
    since: Version,
    limit: number,
  ): Promise<StreamRow[]>
  /** Rows of a reset: the window, never everything. Conversations only; a user stream is read from 0 in pages. */
  snapshot?(db: Connection, stream: StreamId, viewer: UserId): Promise<StreamRow[]>
}

export interface Streams {
  readonly sources: readonly RowSource[]
  /** Conversations open to a user. */
  conversationsOf(db: Connection, user: UserId): Promise<StreamId[]>
  /** Users who hear a conversation. */
  audienceOf(db: Connection, conversation: StreamId): Promise<UserId[]>
  /** May this user pull this conversation? */
  mayPull(db: Connection, user: UserId, conversation: StreamId): Promise<boolean>
}
