/**
 * The table of notices: what a transaction told sockets, kept for some minutes so that every node hears of it though the bus
 * lost the hint (A9). A node tells a notice again and again while it is young: notices do no harm when they are repeated.
 */
import type { EventName } from '../../protocol'
import type { SessionId, UserId } from '../../protocol/ids'
import type { Connection } from '../db/connection'
import { forUpdateOfFree, places } from '../db/dialect'
import { idsPerMs, keptMs, overlapMs } from './changes'
import type { Notice } from './deliver'

interface NoticeRecord {
  id: number
  user_id: UserId
  /** 0: all sessions of the user. */
  session_id: SessionId
  event: EventName
  data_json: string
}

/** More than one notice adds, few enough that no transaction is long. */
const prunedMax = 16

/** Called by the transaction that tells them. */
export async function recordNotices(
  db: Connection,
  notices: readonly Notice[],
  newId: () => number,
): Promise<void> {
  for (const { to, event, data } of notices) {
    const id = newId()
    await db.put('INSERT INTO notices (id, user_id, session_id, event, data_json) VALUES (?, ?, ?, ?, ?)', [
      ...[id, to.userId, to.sessionId ?? 0, event],
      JSON.stringify(data),
    ])
    await prune(db, id - keptMs * idsPerMs)
  }
}

async function prune(db: Connection, before: number): Promise<void> {
  const old = await db.all<{ id: number }>(
    `SELECT id FROM notices WHERE id < ? ORDER BY id LIMIT ${prunedMax}${forUpdateOfFree(db.dialect)}`,
    [before],
  )
  if (old.length === 0) return
  const ids = old.map(({ id }) => id)
  await db.put(`DELETE FROM notices WHERE id IN (${places(ids.length)})`, ids)
}

/**
 * Notices since ten seconds before the id `since` (absent: the newest), the oldest first, and the newest id. The last ones are
 * read again each time.
 */
export async function readNotices(
  db: Connection,
  since?: number,
): Promise<{ newest: number; notices: Notice[] }> {
  const rows = await db.all<NoticeRecord>(
    'SELECT id, user_id, session_id, event, data_json FROM notices WHERE id > ? ORDER BY id',
    [(since ?? (await newestNotice(db))) - overlapMs * idsPerMs],
  )
  return { newest: rows.at(-1)?.id ?? since ?? 0, notices: rows.map(noticeOf) }
}

/** Newest id of the table; 0 when it is empty. */
export async function newestNotice(db: Connection): Promise<number> {
  const [row] = await db.all<{ id: number | null }>('SELECT MAX(id) AS id FROM notices')
  return row?.id ?? 0
}

const noticeOf = ({ user_id: userId, session_id: sessionId, event, data_json }: NoticeRecord): Notice => ({
  to: sessionId === 0 ? { userId } : { userId, sessionId },
  event,
  data: JSON.parse(data_json) as unknown,
})
