/** Shapes that several domains speak of. */
import { oneOf, record, t, textKind, type Static } from './define'
import { limits } from './limits'
import { isName, isNote, isText } from './rules/words'

/** Seqs, versions and counts: what a number of every language holds exactly (F18). */
export const seqBounds = { minimum: 0, maximum: Number.MAX_SAFE_INTEGER }
export const Id = t.Integer({ ...seqBounds, minimum: 1 })
export const SeqNumber = t.Integer(seqBounds)
export const Time = t.Integer({ ...seqBounds, description: 'Milliseconds since 1970-01-01T00:00Z.' })
export const ClientIdText = t.String({
  minLength: limits.clientIdCharsMin,
  maxLength: limits.clientIdCharsMax,
  pattern: '^[A-Za-z0-9_-]+$',
  description: 'Made and saved by the caller before the first send, the same through all retries.',
})
/** What people write (rules T): a text, a name in one line, a note that may be left out. */
export const words = textKind('words', isText)
export const nameWords = textKind('name', isName)
export const noteWords = textKind('note', isNote)
export const Empty = record({})

/** What the database keeps may be longer than what is taken today. */
const columnChars = { name: 100, sortKey: 500, clientId: 64, requestMessage: 400 }
export const Profile = record(
  {
    id: Id,
    version: SeqNumber,
    account: t.String({ maxLength: limits.accountCharsMax }),
    name: t.String({ maxLength: columnChars.name }),
    sortKey: t.String({
      maxLength: columnChars.sortKey,
      description: 'Name as ASCII for sorting: pinyin of Han text, folded letters.',
    }),
    letter: t.String({ maxLength: 1, description: 'A to Z, or #: the section of an address book.' }),
  },
  'What others see of a user.',
)
export type Profile = Static<typeof Profile>

export const PositionRecord = record({ seq: SeqNumber, countable: SeqNumber })

/** The texts a server posts by itself; the phone renders them in its own language. */
export const TipKind = oneOf('friendsNow')
export const MessageBody = t.Union([
  record({
    kind: t.Literal('text'),
    text: t.String({ minLength: 1, maxLength: limits.messageTextCharsMax }),
  }),
  record({ kind: t.Literal('tip'), tip: TipKind }),
])
export type MessageBody = Static<typeof MessageBody>

/** Rows that streams are made of. `v` is the stream's version at which the row last changed. */
export const MessageRow = record({
  k: t.Literal('message'),
  v: SeqNumber,
  seq: SeqNumber,
  from: Id,
  clientId: t.String({ maxLength: columnChars.clientId }),
  at: Time,
  countable: t.Integer({ ...seqBounds, description: 'Countable messages at or below this seq.' }),
  body: MessageBody,
})
export const PlaceRow = record({
  k: t.Literal('place'),
  v: SeqNumber,
  userId: Id,
  role: oneOf('member'),
  read: PositionRecord,
  joined: PositionRecord,
})
export const ConversationRow = record({
  k: t.Literal('conversation'),
  v: SeqNumber,
  kind: oneOf('direct'),
  createdAt: Time,
})
export const EntryRow = record({
  k: t.Literal('entry'),
  v: SeqNumber,
  conversationId: Id,
  kind: oneOf('direct'),
  peerId: Id,
  at: Time,
})
export const ContactRow = record({ k: t.Literal('contact'), v: SeqNumber, userId: Id, since: Time })
export const RequestRow = record({
  k: t.Literal('request'),
  v: SeqNumber,
  id: Id,
  fromId: Id,
  toId: Id,
  message: t.String({ maxLength: columnChars.requestMessage }),
  state: oneOf('pending', 'accepted', 'refused'),
  at: Time,
})
export const ProfileRow = t.Composite([record({ k: t.Literal('profile'), v: SeqNumber }), Profile], {
  additionalProperties: false,
})

export const ConversationStreamRow = t.Union([MessageRow, PlaceRow, ConversationRow])
export const UserStreamRow = t.Union([EntryRow, ContactRow, RequestRow, ProfileRow])
export const StreamRow = t.Union([
  MessageRow,
  PlaceRow,
  ConversationRow,
  EntryRow,
  ContactRow,
  RequestRow,
  ProfileRow,
])
export type MessageRow = Static<typeof MessageRow>
export type PlaceRow = Static<typeof PlaceRow>
export type ConversationRow = Static<typeof ConversationRow>
export type EntryRow = Static<typeof EntryRow>
export type ContactRow = Static<typeof ContactRow>
export type RequestRow = Static<typeof RequestRow>
export type ProfileRow = Static<typeof ProfileRow>
export type StreamRow = Static<typeof StreamRow>
export type RowOf<K extends StreamRow['k']> = Extract<StreamRow, { k: K }>
