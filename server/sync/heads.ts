/** SQL of stream heads. Statements have few texts, so that each is compiled once. */
import type { StreamId, TimeMs, Version } from '../../protocol/ids'
import type { Connection } from '../db/connection'
import { forUpdate } from '../db/dialect'
import type { Head } from '../handle'

interface HeadRecord {
  stream: StreamId
  version: Version
  seq: number
  countable: number
  last_at: TimeMs
}
/** What a list of conversations is ordered by. */
export interface HeadLine {
  stream: StreamId
  version: Version
  lastAt: TimeMs
}

const idsPerStatement = 256
const columns = 'stream, version, seq, countable, last_at'

/** Heads of these streams in ascending order, locked until the transaction ends. Unknown streams are left out. */
export async function lockHeads(db: Connection, ascending: readonly StreamId[]): Promise<[StreamId, Head][]> {
  const records =
    db.dialect === 'sqlite'
      ? await oneByOne(db, ascending)
      : await selectIn<HeadRecord>(db, columns, ascending, ` ORDER BY stream${forUpdate(db.dialect)}`)
  return records.map(({ stream, version, seq, countable, last_at }) => [
    stream,
    { version, seq, countable, lastAt: last_at },
  ])
}

/** On SQLite, where nothing travels, this is half the cost of a list. */
async function oneByOne(db: Connection, streams: readonly StreamId[]): Promise<HeadRecord[]> {
  const records: HeadRecord[] = []
  for (const stream of streams) {
    const record = await db.one<HeadRecord>(`SELECT ${columns} FROM heads WHERE stream = ?`, [stream])
    if (record) records.push(record)
  }
  return records
}

/** Version and last time of these streams, in no order. Unknown streams are left out. */
export async function headLines(db: Connection, streams: readonly StreamId[]): Promise<HeadLine[]> {
  const records = await selectIn<HeadRecord>(db, 'stream, version, last_at', streams, '')
  return records.map(({ stream, version, last_at }) => ({ stream, version, lastAt: last_at }))
}

/** Version of a stream; 0 when there is no such stream. */
export async function versionOf(db: Connection, stream: StreamId): Promise<Version> {
  const head = await db.one<{ version: Version }>('SELECT version FROM heads WHERE stream = ?', [stream])
  return head?.version ?? 0
}

/** Makes the head of a new stream. */
export async function insertHead(db: Connection, stream: StreamId): Promise<void> {
  await db.put('INSERT INTO heads (stream, version, seq, countable, last_at) VALUES (?, 0, 0, 0, 0)', [
    stream,
  ])
}

/** Heads that are there. On SQLite many in one statement: a statement costs as much as two or three of its rows. */
export async function updateHeads(
  db: Connection,
  heads: readonly (readonly [StreamId, Head])[],
): Promise<void> {
  if (db.dialect === 'sqlite') return putHeads(db, heads)
  for (const [stream, { version, seq, countable, lastAt }] of heads)
    await db.put('UPDATE heads SET version = ?, seq = ?, countable = ?, last_at = ? WHERE stream = ?', [
      ...[version, seq, countable, lastAt, stream],
    ])
}

/** By as many at once as are left, in powers of two: seven texts serve every length. */
async function putHeads(db: Connection, heads: readonly (readonly [StreamId, Head])[]): Promise<void> {
  for (let from = 0; from < heads.length;) {
    const count = 2 ** Math.floor(Math.log2(Math.min(heads.length - from, rowsPerStatement)))
    const binds: number[] = []
    for (const [stream, { version, seq, countable, lastAt }] of heads.slice(from, from + count))
      binds.push(stream, version, seq, countable, lastAt)
    await db.put(putSome.get(count) ?? '', binds)
    from += count
  }
}

const rowsPerStatement = 64
const putSome = new Map(
  [1, 2, 4, 8, 16, 32, rowsPerStatement].map((count) => [
    count,
    `INSERT INTO heads (${columns}) VALUES (?, ?, ?, ?, ?)${', (?, ?, ?, ?, ?)'.repeat(count - 1)}
      ON CONFLICT (stream) DO UPDATE SET version = excluded.version, seq = excluded.seq,
      countable = excluded.countable, last_at = excluded.last_at`,
  ]),
)

/** Lists of ids are padded to the next power of two by their last id: nine texts serve every length. */
async function selectIn<T>(
  db: Connection,
  what: string,
  streams: readonly StreamId[],
  tail: string,
): Promise<T[]> {
  const found: T[] = []
  for (let from = 0; from < streams.length; from += idsPerStatement) {
    const ids = streams.slice(from, from + idsPerStatement)
    const length = 2 ** Math.ceil(Math.log2(ids.length))
    const last = ids[ids.length - 1] ?? 0
    const padded = ids.concat(Array<StreamId>(length - ids.length).fill(last))
    const places = '?, '.repeat(length - 1)
    const sql = `SELECT ${what} FROM heads WHERE stream IN (${places}?)${tail}`
    found.push(...(await db.all<T>(sql, padded)))
  }
  return found
}
