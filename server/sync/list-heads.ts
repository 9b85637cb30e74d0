/** `sync.heads`: which streams a phone should hold, and how far they are (Y8). */
import type { StreamId, UserId } from '../../protocol/ids'
import { limits } from '../../protocol/limits'
import { digestOf } from '../../protocol/wire'
import type { Connection } from '../db/connection'
import { handleRead, ok } from '../handle'
import { headLines, versionOf, type HeadLine } from './heads'
import type { Streams } from './sources'

/**
 * The caller's own stream, then his conversations, the one with the newest message first. A conversation that gets a
 * message between two pages may be on neither: its live frame has told the phone by then.
 */
export const headsHandler = (streams: Streams) =>
  handleRead('sync.heads', async ({ input, caller, db }) => {
    const after = input.cursor === undefined ? undefined : lineOf(input.cursor)
    const lines = await conversationLines(streams, db, caller.userId)
    const rest = after ? lines.filter((line) => newestFirst(after, line) < 0) : lines
    const own = after ? [] : [{ stream: caller.userId, version: await versionOf(db, caller.userId) }]
    const page = rest.slice(0, limits.headsPageMax - own.length)
    const last = page.at(-1)
    const more = last !== undefined && page.length < rest.length
    const heads = [...own, ...page.map(({ stream, version }) => ({ stream, version }))]
    return ok({ heads, cursor: more ? cursorOf(last) : null })
  })

/** Digest of what this user's phones should hold (Y9). */
export async function digestOfUser(streams: Streams, db: Connection, user: UserId): Promise<number> {
  const lines = await headLines(db, [user, ...(await streams.conversationsOf(db, user))])
  return digestOf(lines.map(({ stream, version }) => [stream, version]))
}

async function conversationLines(streams: Streams, db: Connection, user: UserId): Promise<HeadLine[]> {
  const lines = await headLines(db, await streams.conversationsOf(db, user))
  return lines.sort(newestFirst)
}

type Place = Pick<HeadLine, 'lastAt' | 'stream'>
const newestFirst = (a: Place, b: Place): number => b.lastAt - a.lastAt || b.stream - a.stream
const cursorOf = ({ lastAt, stream }: Place): string => `${lastAt}.${stream}`

/** Where a cursor points. One that is not ours starts again with the first conversation. */
function lineOf(cursor: string): { lastAt: number; stream: StreamId } {
  const [lastAt = NaN, stream = NaN] = cursor.split('.').map(Number)
  return Number.isSafeInteger(lastAt) && Number.isSafeInteger(stream)
    ? { lastAt, stream }
    : { lastAt: Number.MAX_SAFE_INTEGER, stream: 0 }
}
