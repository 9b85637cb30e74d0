/** Who is connected to this node, and how to reach them. The transport implements it. */
import type { EventName } from '../../protocol'
import type { SessionId, UserId } from '../../protocol/ids'

/** Something told to one user's live sockets, or one session's, and not kept. */
export interface Notice {
  readonly to: { readonly userId: UserId; readonly sessionId?: SessionId }
  readonly event: EventName
  readonly data: unknown
}

export interface Deliver {
  /** Some socket of this user has said hello here. */
  isOnline(user: UserId): boolean
  /** Queues one frame, as text, for every live socket of the user. */
  send(user: UserId, text: string): void
  /** Queues the event of a notice; `session.ended` also closes the session's sockets. */
  notify(notice: Notice): void
}
