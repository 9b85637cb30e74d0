/**
 * SQL of chat: conversations, directs, places, entries, messages. Runs unchanged on both dialects. Every text is fixed, so
 * that its statement is compiled once and kept: this is the path of every message.
 */
import type { Connection } from '../db/connection'
import { places } from '../db/dialect'
import type { ConversationsTable, DirectsTable, EntriesTable, MessagesTable, PlacesTable } from '../db/tables'
import type { ConversationId, Position, Seq, TimeMs, UserId, Version } from '../../protocol/ids'

const selectPlace = `select conversation_id, user_id, version, role, intervals_json, friends, joined_seq, joined_countable,
  cleared_seq, cleared_countable, read_seq, read_countable, last_spoke_at from places`
const selectMessage = `select conversation_id, seq, version, sender_id, client_id, payload_hash, at, countable, kind, body_json
  from messages`
const selectEntry = 'select user_id, conversation_id, version, kind, peer_id, at from entries'

export async function placeOf(
  db: Connection,
  conversation: ConversationId,
  user: UserId,
): Promise<PlacesTable | undefined> {
  return db.one<PlacesTable>(`${selectPlace} where conversation_id = ? and user_id = ?`, [conversation, user])
}

/** At most `limit` places of a conversation, by user. */
export const placesOf = async (
  db: Connection,
  conversation: ConversationId,
  limit: number,
): Promise<PlacesTable[]> =>
  db.all<PlacesTable>(`${selectPlace} where conversation_id = ? order by user_id limit ?`, [
    conversation,
    limit,
  ])

export const changedPlaces = async (
  db: Connection,
  conversation: ConversationId,
  since: Version,
  limit: number,
): Promise<PlacesTable[]> =>
  db.all<PlacesTable>(`${selectPlace} where conversation_id = ? and version > ? order by version limit ?`, [
    conversation,
    since,
    limit,
  ])

export const placesOfUser = async (
  db: Connection,
  user: UserId,
): Promise<Pick<PlacesTable, 'conversation_id' | 'intervals_json'>[]> =>
  db.all('select conversation_id, intervals_json from places where user_id = ?', [user])

export const usersOf = async (
  db: Connection,
  conversation: ConversationId,
): Promise<Pick<PlacesTable, 'user_id' | 'intervals_json'>[]> =>
  db.all('select user_id, intervals_json from places where conversation_id = ?', [conversation])

export const insertPlace = async (db: Connection, place: PlacesTable): Promise<number> =>
  db.run(
    `insert into places (conversation_id, user_id, version, role, intervals_json, friends, joined_seq, joined_countable,
      cleared_seq, cleared_countable, read_seq, read_countable, last_spoke_at)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      place.conversation_id,
      place.user_id,
      place.version,
      place.role,
      place.intervals_json,
      place.friends,
      place.joined_seq,
      place.joined_countable,
      place.cleared_seq,
      place.cleared_countable,
      place.read_seq,
      place.read_countable,
      place.last_spoke_at,
    ],
  )

/** What a send or a read changes in a place. */
export const updatePlace = async (
  db: Connection,
  place: { conversation: ConversationId; user: UserId },
  next: { version: Version; read: Position; lastSpokeAt: TimeMs },
): Promise<unknown> =>
  db.put(
    `update places set version = ?, read_seq = ?, read_countable = ?, last_spoke_at = ?
      where conversation_id = ? and user_id = ?`,
    [next.version, next.read.seq, next.read.countable, next.lastSpokeAt, place.conversation, place.user],
  )

export const setFriends = async (
  db: Connection,
  conversation: ConversationId,
  friends: 0 | 1,
): Promise<unknown> =>
  db.put('update places set friends = ? where conversation_id = ?', [friends, conversation])

export async function messageByClientId(
  db: Connection,
  conversation: ConversationId,
  sender: UserId,
  clientId: string,
): Promise<Pick<MessagesTable, 'seq' | 'at' | 'payload_hash'> | undefined> {
  return db.one<Pick<MessagesTable, 'seq' | 'at' | 'payload_hash'>>(
    'select seq, at, payload_hash from messages where conversation_id = ? and sender_id = ? and client_id = ?',
    [conversation, sender, clientId],
  )
}

/** Countable messages at or below a seq; 0 where there is no such message. */
export async function countableAt(db: Connection, conversation: ConversationId, seq: Seq): Promise<number> {
  const row = await db.one<Pick<MessagesTable, 'countable'>>(
    'select countable from messages where conversation_id = ? and seq = ?',
    [conversation, seq],
  )
  return row?.countable ?? 0
}

const messageColumns =
  'conversation_id, seq, version, sender_id, client_id, payload_hash, at, countable, kind, body_json'
const messagePlaces = '(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'
const insertOneMessage = `insert into messages (${messageColumns}) values ${messagePlaces}`
const insertOneMessageOnce = `${insertOneMessage} on conflict do nothing`

/** A second one of its clientId is an error. */
export async function insertMessage(db: Connection, message: MessagesTable): Promise<true> {
  await db.put(insertOneMessage, bindsOf(message))
  return true
}

/** SQLite. False: there is one of its clientId. */
export const insertMessageOnce = async (db: Connection, message: MessagesTable): Promise<boolean> =>
  (await db.run(insertOneMessageOnce, bindsOf(message))) === 1

const bindsOf = (message: MessagesTable) => [
  message.conversation_id,
  message.seq,
  message.version,
  message.sender_id,
  message.client_id,
  message.payload_hash,
  message.at,
  message.countable,
  message.kind,
  message.body_json,
]

/** So many long ones are less than half of the smallest max_allowed_packet in use. */
const messagesPerStatement = 32

/** Where statements travel. On SQLite one by one costs no more. */
export async function insertMessages(db: Connection, messages: readonly MessagesTable[]): Promise<void> {
  for (let from = 0; from < messages.length; from += messagesPerStatement) {
    const some = messages.slice(from, from + messagesPerStatement)
    await db.put(insertOneMessage + `, ${messagePlaces}`.repeat(some.length - 1), some.flatMap(bindsOf))
  }
}

/** Places of these users in a conversation, in no order. */
export const placesOfSome = async (
  db: Connection,
  conversation: ConversationId,
  users: readonly UserId[],
): Promise<PlacesTable[]> =>
  db.all<PlacesTable>(`${selectPlace} where conversation_id = ? and user_id in (${places(users.length)})`, [
    conversation,
    ...users,
  ])

/** Those of a sender's messages that have one of these clientIds. */
export const messagesByClientIds = async (
  db: Connection,
  conversation: ConversationId,
  sender: UserId,
  clientIds: readonly string[],
): Promise<Pick<MessagesTable, 'sender_id' | 'client_id' | 'seq' | 'at' | 'payload_hash'>[]> =>
  db.all(
    `select sender_id, client_id, seq, at, payload_hash from messages
      where conversation_id = ? and sender_id = ? and client_id in (${places(clientIds.length)})`,
    [conversation, sender, ...clientIds],
  )

/** Countable messages at or below each of these seqs, where there is such a message. */
export const countablesAt = async (
  db: Connection,
  conversation: ConversationId,
  seqs: readonly Seq[],
): Promise<Pick<MessagesTable, 'seq' | 'countable'>[]> =>
  db.all(
    `select seq, countable from messages where conversation_id = ? and seq in (${places(seqs.length)})`,
    [conversation, ...seqs],
  )

/** Messages with first <= seq <= last, the newest `limit` of them, newest first. */
export const newestMessages = async (
  db: Connection,
  conversation: ConversationId,
  [first, last]: readonly [Seq, Seq],
  limit: number,
): Promise<MessagesTable[]> =>
  db.all<MessagesTable>(
    `${selectMessage} where conversation_id = ? and seq between ? and ? order by seq desc limit ?`,
    [conversation, first, last, limit],
  )

/**
 * No message below this seq has a version above `since`. Each message took a version of its own when it was sent, and none has
 * changed since: so between the newest message and another one there are at least as many versions as seqs. What lets a message
 * change keeps a list of those that did, and asks there as well.
 */
export async function tailAfter(db: Connection, conversation: ConversationId, since: Version): Promise<Seq> {
  const newest = await db.one<Pick<MessagesTable, 'seq' | 'version'>>(
    'select seq, version from messages where conversation_id = ? order by seq desc limit 1',
    [conversation],
  )
  return newest ? newest.seq - (newest.version - since) + 1 : 1
}

/** Messages with first <= seq <= last that changed after `since`, by version. */
export const changedMessages = async (
  db: Connection,
  conversation: ConversationId,
  [first, last]: readonly [Seq, Seq],
  since: Version,
  limit: number,
): Promise<MessagesTable[]> =>
  db.all<MessagesTable>(
    `${selectMessage} where conversation_id = ? and version > ? and seq between ? and ? order by version limit ?`,
    [conversation, since, first, last, limit],
  )

export async function conversationById(
  db: Connection,
  id: ConversationId,
): Promise<ConversationsTable | undefined> {
  return db.one<ConversationsTable>('select id, version, kind, created_at from conversations where id = ?', [
    id,
  ])
}

export const insertConversation = async (db: Connection, row: ConversationsTable): Promise<number> =>
  db.run('insert into conversations (id, version, kind, created_at) values (?, ?, ?, ?)', [
    row.id,
    row.version,
    row.kind,
    row.created_at,
  ])

export async function directBetween(
  db: Connection,
  low: UserId,
  high: UserId,
): Promise<ConversationId | undefined> {
  const row = await db.one<Pick<DirectsTable, 'conversation_id'>>(
    'select conversation_id from directs where low_id = ? and high_id = ?',
    [low, high],
  )
  return row?.conversation_id
}

export const insertDirect = async (db: Connection, row: DirectsTable): Promise<number> =>
  db.run('insert into directs (low_id, high_id, conversation_id) values (?, ?, ?)', [
    row.low_id,
    row.high_id,
    row.conversation_id,
  ])

export const insertEntry = async (db: Connection, row: EntriesTable): Promise<number> =>
  db.run(
    'insert into entries (user_id, conversation_id, version, kind, peer_id, at) values (?, ?, ?, ?, ?, ?)',
    [row.user_id, row.conversation_id, row.version, row.kind, row.peer_id, row.at],
  )

export const changedEntries = async (
  db: Connection,
  user: UserId,
  since: Version,
  limit: number,
): Promise<EntriesTable[]> =>
  db.all<EntriesTable>(`${selectEntry} where user_id = ? and version > ? order by version limit ?`, [
    user,
    since,
    limit,
  ])

/** Those of `others` with whom a user has a one-to-one conversation. */
export async function peersAmong(db: Connection, user: UserId, others: readonly UserId[]): Promise<UserId[]> {
  const some = places(others.length)
  const rows = await db.all<{ id: UserId }>(
    `select high_id as id from directs where low_id = ? and high_id in (${some})
      union all select low_id as id from directs where high_id = ? and low_id in (${some})`,
    [user, ...others, user, ...others],
  )
  return rows.map(({ id }) => id)
}
