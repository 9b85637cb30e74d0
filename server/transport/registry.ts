/** Who is connected to this node, by user; what sync tells phones goes out through here. */
import type { UserId } from '../../protocol/ids'
import { closeCodes, encode } from '../../protocol/wire'
import type { Deliver, Notice } from '../sync/deliver'
import { Bucket } from './bucket'
import type { Connection } from './connection'

interface Online {
  readonly connections: Set<Connection>
  /** Frames a second, over all sockets of the user. */
  readonly frames: Bucket
}

export class Registry implements Deliver {
  readonly all = new Set<Connection>()
  private readonly users = new Map<UserId, Online>()

  /** Live connections of a user, the oldest first. */
  of(user: UserId): ReadonlySet<Connection> {
    return this.users.get(user)?.connections ?? none
  }

  /** From now on the connection hears what its user hears. */
  listen(connection: Connection, userRate: number): void {
    const online = this.users.get(connection.userId)
    if (online) online.connections.add(connection)
    else {
      const frames = new Bucket(userRate, connection.heardAt)
      this.users.set(connection.userId, { connections: new Set([connection]), frames })
    }
  }

  /** Frames of a user who is connected. */
  framesOf(user: UserId): Bucket | undefined {
    return this.users.get(user)?.frames
  }

  /** From now on the connection hears nothing. */
  unlisten(connection: Connection): void {
    const online = this.users.get(connection.userId)
    if (online?.connections.delete(connection) && online.connections.size === 0)
      this.users.delete(connection.userId)
  }

  isOnline(user: UserId): boolean {
    return this.users.has(user)
  }

  send(user: UserId, text: string): void {
    for (const connection of this.of(user)) connection.sendText(text)
  }

  notify({ to, event, data }: Notice): void {
    const text = encode({ t: 'ev', ev: event, data })
    for (const connection of [...this.of(to.userId)]) {
      if (to.sessionId !== undefined && connection.sessionId !== to.sessionId) continue
      connection.sendText(text)
      if (event === 'session.ended') connection.close(closeCodes.unauthenticated)
    }
  }
}

const none: ReadonlySet<Connection> = new Set()
