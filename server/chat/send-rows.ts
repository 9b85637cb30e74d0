/**
 * What sends read and write, and how: places once for a batch, the rest a row at a time, or, where statements travel (MySQL), all of
 * a batch at once. What waits for the end of the batch is read from here meanwhile.
 */
import type { ConversationId, Position, Seq, TimeMs, UserId, Version } from '../../protocol/ids'
import { isCountable } from '../../protocol/rules/countable'
import type { Connection, Maybe } from '../db/connection'
import type { MessagesTable, PlacesTable } from '../db/tables'
import {
  countableAt,
  countablesAt,
  insertMessageOnce,
  insertMessages,
  messageByClientId,
  messagesByClientIds,
  placeOf,
  placesOfSome,
  updatePlace,
} from './sql'

type Sent = Pick<MessagesTable, 'seq' | 'at' | 'payload_hash'>
interface PlaceKey {
  conversation: ConversationId
  user: UserId
}
interface PlaceChange {
  version: Version
  read: Position
  lastSpokeAt: TimeMs
}
export interface SendRows {
  messageByClientId(
    db: Connection,
    conversation: ConversationId,
    sender: UserId,
    clientId: string,
  ): Maybe<Sent | undefined>
  placeOf(db: Connection, conversation: ConversationId, user: UserId): Maybe<PlacesTable | undefined>
  countableAt(db: Connection, conversation: ConversationId, seq: Seq): Maybe<number>
  /** False: the sender has sent one of this clientId. */
  insertMessage(db: Connection, message: MessagesTable): Maybe<boolean>
  updatePlace(db: Connection, place: PlaceKey, next: PlaceChange): Maybe<unknown>
  /** After the last send of the batch. */
  end(db: Connection): Maybe<unknown>
}
/** One send of a batch, as its rows are found. */
export interface Send {
  conversation: ConversationId
  sender: UserId
  clientId: string
  seenSeq: Seq
}

/** Places of a batch: what its sends change in them is written once, at its end. */
class Places {
  private readonly known = new Map<string, PlacesTable>()
  private readonly moved = new Map<string, [PlaceKey, PlaceChange]>()

  find(conversation: ConversationId, user: UserId): PlacesTable | undefined {
    return this.known.get(`${conversation} ${user}`)
  }
  keep(place: PlacesTable): void {
    this.known.set(`${place.conversation_id} ${place.user_id}`, place)
  }
  move(place: PlaceKey, next: PlaceChange): void {
    this.moved.set(`${place.conversation} ${place.user}`, [place, next])
    const before = this.find(place.conversation, place.user)
    if (before) this.keep(placeAt(before, next))
  }
  async write(db: Connection): Promise<void> {
    for (const [place, next] of this.moved.values()) await updatePlace(db, place, next)
  }
}

/** Where nothing travels. A place is read and written once, however much its member says. */
function rowByRow(): SendRows {
  const places = new Places()
  return {
    ...{ messageByClientId, countableAt, insertMessage: insertMessageOnce },
    async placeOf(db, conversation, user) {
      const known = places.find(conversation, user)
      if (known) return known
      const place = await placeOf(db, conversation, user)
      if (place) places.keep(place)
      return place
    },
    updatePlace: (_db, place, next) => places.move(place, next),
    end: (db) => places.write(db),
  }
}

/** How these sends have their rows, once `locked` is done. What is asked before that is answered after it. */
export async function rowsFor(
  db: Connection,
  sends: readonly Send[],
  locked: Promise<void>,
): Promise<SendRows> {
  if (db.dialect === 'mysql') return (await Promise.all([gather(db, sends), locked]))[0]
  await locked
  return rowByRow()
}

/** All questions are asked in this step, so that they leave together. */
async function gather(db: Connection, sends: readonly Send[]): Promise<SendRows> {
  const conversation = sends[0]?.conversation ?? 0
  if (sends.some((send) => send.conversation !== conversation))
    throw new Error('sends to several conversations are no batch here')
  const senders = [...new Set(sends.map(({ sender }) => sender))]
  const idsOf = (sender: UserId) => sends.flatMap((send) => (send.sender === sender ? [send.clientId] : []))
  const [places, ...sent] = await Promise.all([
    placesOfSome(db, conversation, senders),
    ...senders.map((sender) => messagesByClientIds(db, conversation, sender, idsOf(sender))),
  ])
  const known = new Places()
  for (const place of places) known.keep(place)
  return gathered({
    seen: [...new Set(sends.map(({ seenSeq }) => seenSeq))],
    places: known,
    sent: new Map(sent.flat().map((message) => [keyOf(message.sender_id, message.client_id), message])),
  })
}

const keyOf = (sender: UserId, clientId: string): string => `${sender} ${clientId}`

interface Found {
  seen: Seq[]
  places: Places
  sent: Map<string, Sent>
}

function gathered({ seen, places, sent }: Found): SendRows {
  const countables = new Map<Seq, number>()
  const messages: MessagesTable[] = []
  return {
    messageByClientId: (_db, _conversation, sender, clientId) => sent.get(keyOf(sender, clientId)),
    placeOf: (_db, conversation, user) => places.find(conversation, user),
    /** Few have not seen the head: one question for all of them, when the first is met. */
    async countableAt(db, conversation, seq) {
      if (!countables.has(seq)) {
        for (const unseen of seen) countables.set(unseen, countables.get(unseen) ?? 0)
        for (const row of await countablesAt(db, conversation, seen)) countables.set(row.seq, row.countable)
      }
      return countables.get(seq) ?? 0
    },
    insertMessage(_db, message) {
      const key = keyOf(message.sender_id, message.client_id)
      if (sent.has(key)) return false
      const before = message.countable - (isCountable(message.kind) ? 1 : 0)
      countables.set(message.seq - 1, before).set(message.seq, message.countable)
      sent.set(key, message)
      messages.push(message)
      return true
    },
    updatePlace: (_db, place, next) => places.move(place, next),
    async end(db) {
      await insertMessages(db, messages)
      await places.write(db)
    },
  }
}

const placeAt = (place: PlacesTable, { version, read, lastSpokeAt }: PlaceChange): PlacesTable => ({
  ...place,
  version,
  read_seq: read.seq,
  read_countable: read.countable,
  last_spoke_at: lastSpokeAt,
})
