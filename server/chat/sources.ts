import { limits } from '../../protocol/limits'
import type { RowSource, Streams } from '../sync/sources'
import { visibleMessages } from './history'
import { intervalsOf, sightOf, toConversationRow, toEntryRow, toMessageRow, toPlaceRow } from './rows'
import { isOpen, visibleRanges } from './rules'
import * as sql from './sql'

const endless = Number.MAX_SAFE_INTEGER
/** A reset carries the two places of a direct chat, never all members of a larger one. */
const placesInReset = 2

const messages: RowSource = {
  of: 'conversation',
  async changed(db, stream, viewer, since, limit) {
    const place = await sql.placeOf(db, stream, viewer)
    const ranges = place ? visibleRanges(sightOf(place), endless) : []
    const pages = []
    const tail = await sql.tailAfter(db, stream, since)
    for (const [first, last] of ranges)
      if (last >= tail)
        pages.push(...(await sql.changedMessages(db, stream, [Math.max(first, tail), last], since, limit)))
    return pages
      .sort((a, b) => a.version - b.version)
      .slice(0, limit)
      .map(toMessageRow)
  },
  async snapshot(db, stream, viewer) {
    const place = await sql.placeOf(db, stream, viewer)
    const found = place ? await visibleMessages(db, place, endless, limits.windowMessages) : []
    return found.map(toMessageRow).reverse()
  },
}

const places: RowSource = {
  of: 'conversation',
  changed: async (db, stream, _viewer, since, limit) =>
    (await sql.changedPlaces(db, stream, since, limit)).map(toPlaceRow),
  snapshot: async (db, stream) => (await sql.placesOf(db, stream, placesInReset)).map(toPlaceRow),
}

const conversation: RowSource = {
  of: 'conversation',
  async changed(db, stream, _viewer, since) {
    const row = await sql.conversationById(db, stream)
    return row && row.version > since ? [toConversationRow(row)] : []
  },
  async snapshot(db, stream) {
    const row = await sql.conversationById(db, stream)
    return row ? [toConversationRow(row)] : []
  },
}

const entries: RowSource = {
  of: 'user',
  changed: async (db, stream, _viewer, since, limit) =>
    (await sql.changedEntries(db, stream, since, limit)).map(toEntryRow),
}

export const chatSources: readonly RowSource[] = [messages, places, conversation, entries]

/** Who hears which conversation: whoever has an open place in it (V2). */
export const chatAudience: Omit<Streams, 'sources'> = {
  async conversationsOf(db, user) {
    const rows = await sql.placesOfUser(db, user)
    return rows.filter((row) => isOpen(intervalsOf(row))).map((row) => row.conversation_id)
  },
  async audienceOf(db, id) {
    const rows = await sql.usersOf(db, id)
    return rows.filter((row) => isOpen(intervalsOf(row))).map((row) => row.user_id)
  },
  async mayPull(db, user, id) {
    const place = await sql.placeOf(db, id, user)
    return place !== undefined && isOpen(intervalsOf(place))
  },
}
