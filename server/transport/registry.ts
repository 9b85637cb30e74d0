/** Who is connected to this node, by user; what sync tells phones goes out through here. */
import type { UserId } from '../../protocol/ids'
import { closeCodes, encode } from '../../protocol/wire'
import type { Deliver, Notice } from '../sync/deliver'
import type { Connection } from './connection'

export class Registry implements Deliver {
  readonly all = new Set<Connection>()
  private readonly byUser = new Map<UserId, Set<Connection>>()

  /** Live connections of a user. */
  of(user: UserId): ReadonlySet<Connection> {
    return this.byUser.get(user) ?? none
  }

  /** From now on the connection hears what its user hears. */
  listen(connection: Connection): void {
    const list = this.byUser.get(connection.userId)
    if (list) list.add(connection)
    else this.byUser.set(connection.userId, new Set([connection]))
  }

  remove(connection: Connection): void {
    this.all.delete(connection)
    const list = this.byUser.get(connection.userId)
    if (list?.delete(connection) && list.size === 0) this.byUser.delete(connection.userId)
  }

  isOnline(user: UserId): boolean {
    return this.byUser.has(user)
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
