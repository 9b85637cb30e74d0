import type { Seq } from '../../protocol/ids'
import type { Connection } from '../db/connection'
import type { MessagesTable, PlacesTable } from '../db/tables'
import { sightOf } from './rows'
import { visibleRanges } from './rules'
import { newestMessages } from './sql'

/** The newest `limit` messages at or below `last` that the owner of a place may see (V1), newest first. */
export async function visibleMessages(
  db: Connection,
  place: PlacesTable,
  last: Seq,
  limit: number,
): Promise<MessagesTable[]> {
  const found: MessagesTable[] = []
  for (const range of visibleRanges(sightOf(place), last)) {
    if (found.length >= limit) break
    found.push(...(await newestMessages(db, place.conversation_id, range, limit - found.length)))
  }
  return found
}
