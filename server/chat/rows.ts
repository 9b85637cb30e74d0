/** Table rows of chat as they travel, and back. */
import type { ConversationRow, EntryRow, MessageBody, MessageRow, PlaceRow } from '../../protocol/records'
import type { Position, Version } from '../../protocol/ids'
import type { Interval, SightFacts } from '../../protocol/rules/visible'
import type { ConversationsTable, EntriesTable, MessagesTable, PlacesTable } from '../db/tables'

export const toMessageRow = (message: MessagesTable): MessageRow => ({
  k: 'message',
  v: message.version,
  seq: message.seq,
  from: message.sender_id,
  clientId: message.client_id,
  at: message.at,
  countable: message.countable,
  body: JSON.parse(message.body_json) as MessageBody,
})

export const toPlaceRow = (place: PlacesTable): PlaceRow => placeRow(place, place.version, readOf(place))

/** A place as it travels, at another version and read position than it was loaded with. */
export const placeRow = (place: PlacesTable, v: Version, read: Position): PlaceRow => ({
  k: 'place',
  v,
  userId: place.user_id,
  role: place.role,
  read,
  joined: { seq: place.joined_seq, countable: place.joined_countable },
})

export const toConversationRow = (conversation: ConversationsTable): ConversationRow => ({
  k: 'conversation',
  v: conversation.version,
  kind: conversation.kind,
  createdAt: conversation.created_at,
})

export const toEntryRow = (entry: EntriesTable): EntryRow => ({
  k: 'entry',
  v: entry.version,
  conversationId: entry.conversation_id,
  kind: entry.kind,
  peerId: entry.peer_id,
  at: entry.at,
})

export const readOf = (place: PlacesTable): Position => ({
  seq: place.read_seq,
  countable: place.read_countable,
})
export const intervalsOf = (place: Pick<PlacesTable, 'intervals_json'>): Interval[] =>
  JSON.parse(place.intervals_json) as Interval[]
export const sightOf = (place: PlacesTable): SightFacts => ({
  intervals: intervalsOf(place),
  clearedSeq: place.cleared_seq,
})
