/**
 * Sync: how phones come to hold what the server holds. Streams have heads (heads.ts) whose versions count changed rows;
 * phones list them (list-heads.ts) and pull what they miss (pull.ts). After each commit publish.ts tells who is connected;
 * what other nodes wrote comes by the bus, or from the table of changes (changes.ts, poll.ts). Sync knows no domain: what
 * rows there are, and who may see them, is handed in (sources.ts).
 */
import type { UserId } from '../../protocol/ids'
import type { Bus } from '../bus/bus'
import type { Db } from '../db/connection'
import type { Handlers, Tools } from '../handle'
import type { After } from './after'
import type { Deliver } from './deliver'
import { digestOfUser, headsHandler } from './list-heads'
import { createPoll } from './poll'
import { createPublisher, type Publisher } from './publish'
import { pullHandler } from './pull'
import type { Streams } from './sources'
import { createWaits } from './wait'

export type { After } from './after'
export type { Deliver, Notice } from './deliver'
export type { Publisher } from './publish'

export interface SyncOptions {
  db: Db
  streams: Streams
  bus: Bus
  deliver: Deliver
  clock: Pick<Tools, 'now'>
  /** Something was not told to phones; they find out by themselves. */
  log: { warn(fields: object, message: string): void }
  /** A user may have come or left by a call that waits. */
  touched?: ((user: UserId) => void) | undefined
  /** Absent: this process's timers. */
  after?: After | undefined
}
export interface Sync {
  readonly handlers: Pick<Handlers, 'sync.heads' | 'sync.pull' | 'sync.wait'>
  readonly publisher: Publisher
  /** For `pong` (Y9). Rejects with DbError when the database does not answer. */
  digestFor(user: UserId): Promise<number>
  /** Reads once what other nodes wrote; `start` does it every 3 s. */
  poll(): Promise<void>
  start(): void
  /** Has the user a socket or a waiting call on this node? */
  isHere(user: UserId): boolean
  /** Ends every waiting call with `draining` (F11). */
  stopWaiting(): void
  /** After the last commit: tells what is left to tell, then stops. */
  close(): Promise<void>
}

export function createSync({ db, bus, clock, log, ...options }: SyncOptions): Sync {
  const streams = following(options.streams, (user, conversations) => publisher.follows(user, conversations))
  const digestFor = (user: UserId) => db.read((c) => digestOfUser(streams, c, user))
  const waits = createWaits({ digestFor, ...options })
  const { deliver } = waits
  const onError = (error: unknown) => log.warn({ error: String(error) }, 'phones were not told of a change')
  const publisher = createPublisher({ db, streams, bus, deliver, now: clock.now, onError })
  const poll = createPoll({ db, publisher, notify: deliver.notify, onError, after: options.after })
  const stopHearing = bus.subscribe((hint) => {
    if ('stream' in hint) publisher.heard(hint).catch(onError)
    else {
      const { event, data, ...to } = hint.notify
      deliver.notify({ to, event, data })
    }
  })
  return {
    handlers: {
      'sync.heads': headsHandler(streams),
      'sync.pull': pullHandler(streams),
      'sync.wait': waits.handler,
    },
    publisher,
    digestFor,
    poll: poll.now,
    start: poll.start,
    isHere: deliver.isOnline,
    stopWaiting: waits.close,
    async close() {
      stopHearing()
      await poll.close()
      await publisher.idle()
    },
  }
}

/** Tells `follows` which conversations a user reads of, before he learns what was read: heads, digests and pulls (Y8). */
function following(streams: Streams, follows: Publisher['follows']): Streams {
  return {
    ...streams,
    async conversationsOf(db, user) {
      const conversations = await streams.conversationsOf(db, user)
      follows(user, conversations)
      return conversations
    },
    async mayPull(db, user, conversation) {
      const may = await streams.mayPull(db, user, conversation)
      if (may) follows(user, [conversation])
      return may
    },
  }
}
