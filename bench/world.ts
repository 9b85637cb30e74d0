/**
 * Users, sessions, conversations and messages, written straight into a database by a few long statements: as the server
 * would have written them, but a hundred times as fast. The same SQL runs on both databases.
 */
import type { Connection, Db } from '../server/db/connection'

export interface World {
  users: number
  /** One-to-one conversations of each two neighbours (0 and 1, 2 and 3, …). */
  perPair?: number
  /** Messages already in each of those. */
  messages?: number
  /** One-to-one conversations of each user with as many others, half of them on either side. */
  perUser?: number
  /** The first so many users have places in one conversation. */
  room?: number
}

/** Ids as the server made them some years ago. */
const firstUser = 100_000_000_000_000
const firstSession = 110_000_000_000_000
const firstDirect = 120_000_000_000_000
export const roomId = 130_000_000_000_000
const at = 1_735_700_000_000
/** Rows of one statement; more in one transaction would only wait in the log. */
const rowsAtOnce = 100_000

export const userId = (n: number): number => firstUser + n
export const sessionId = (n: number): number => firstSession + n
/** Conversations of the pair of users 2p and 2p + 1. */
export const directsOf = (pair: number, perPair: number): number[] =>
  Array.from({ length: perPair }, (_, n) => firstDirect + pair * perPair + n)

/** Thrown when the time was up before the database was full. */
export class TooSlow extends Error {}

/** Fills a fresh, migrated database. Throws TooSlow after `withinMs`. */
export async function fill(db: Db, world: World, withinMs: number): Promise<void> {
  const { users, perPair = 0, perUser = 0, room = 0 } = world
  const until = performance.now() + withinMs
  const half = perUser / 2
  await makeNumbers(db, Math.max(users, perPair, world.messages ?? 0))
  const run: Run = async (count, sql) => {
    const step = Math.max(1, Math.floor(rowsAtOnce / sql.rows))
    for (let from = 0; from < count; from += step) {
      if (performance.now() > until) throw new TooSlow(`not filled within ${Math.round(withinMs / 1000)} s`)
      const range = `i.n >= ${from} and i.n < ${Math.min(count, from + step)}`
      await write(db, async (c) => void (await c.run(`${sql.text} where ${range} ${sql.and ?? ''}`)))
    }
  }
  await fillUsers(run, users, 1 + perPair + perUser)
  if (perPair > 0) {
    const ends = { a: '2 * i.n', b: '2 * i.n + 1', per: perPair, entryA: '2 + k.n', entryB: '2 + k.n' }
    await fillDirects(run, Math.floor(users / 2), { ...ends, messages: world.messages ?? 0 })
  }
  if (half > 0) {
    const ends = { a: 'i.n', b: `(i.n + 1 + k.n) % ${users}`, per: half, entryA: '2 + k.n' }
    await fillDirects(run, users, { ...ends, entryB: `${2 + half} + k.n`, messages: 0 })
  }
  if (room > 0) await fillRoom(db, run, room)
  await write(db, async (c) => void (await c.run('drop table bench_numbers')))
}

interface Statement {
  text: string
  /** That it makes for each number. */
  rows: number
  and?: string
}
/** For each number `i.n` below `count`. */
type Run = (count: number, statement: Statement) => Promise<void>

/** Texts are joined by `||` on both. */
const write = (db: Db, work: (c: Connection) => Promise<void>): Promise<void> =>
  db.write(async (c) => {
    if (c.dialect === 'mysql') await c.run(`SET SESSION sql_mode = 'STRICT_ALL_TABLES,PIPES_AS_CONCAT'`)
    await work(c)
  })

/** Table of the numbers from 0, at least `count` of them. */
const makeNumbers = (db: Db, count: number): Promise<void> =>
  write(db, async (c) => {
    await c.run('create table bench_numbers (n bigint not null primary key)')
    await c.run('insert into bench_numbers (n) values (0)')
    for (let made = 1; made < count; made *= 2)
      await c.run(`insert into bench_numbers (n) select n + ${made} from bench_numbers`)
  })

async function fillUsers(run: Run, users: number, version: number): Promise<void> {
  const from = 'from bench_numbers i'
  await run(users, {
    rows: 1,
    text: `insert into users (id, version, account, account_key, name, sort_key, letter, password_hash,
      register_client_id, created_at)
      select ${firstUser} + i.n, 1, 'bench' || i.n, 'bench' || i.n, 'bench' || i.n, 'bench' || i.n, 'B', '-',
      'bench-' || i.n, ${at} ${from}`,
  })
  await run(users, {
    rows: 1,
    text: `insert into sessions (id, user_id, refresh_hash, previous_hash, device_name, platform, created_at, used_at,
      ended_at)
      select ${firstSession} + i.n, ${firstUser} + i.n, 'bench-' || i.n, null, 'bench', 'other', ${at}, ${at}, null ${from}`,
  })
  await run(users, {
    rows: 1,
    text: `insert into heads (stream, version, seq, countable, last_at) select ${firstUser} + i.n, ${version}, 0, 0, 0 ${from}`,
  })
}

/** Expressions over `i.n` and `k.n`: who the two are, by number, and the versions of their entries. */
interface Ends {
  a: string
  b: string
  entryA: string
  entryB: string
  /** Conversations for each `i.n`. */
  per: number
  messages: number
}
const noneSeen = '0, 0, 0, 0'

async function fillDirects(run: Run, count: number, ends: Ends): Promise<void> {
  const { per, messages } = ends
  const id = `${firstDirect} + i.n * ${per} + k.n`
  const [a, b] = [`${firstUser} + ${ends.a}`, `${firstUser} + ${ends.b}`]
  const from = 'from bench_numbers i cross join bench_numbers k'
  const and = `and k.n < ${per}`
  const insert = (text: string) => run(count, { rows: per, text: `${text} ${from}`, and })
  await insert(`insert into conversations (id, version, kind, created_at) select ${id}, 1, 'direct', ${at}`)
  await insert(
    `insert into heads (stream, version, seq, countable, last_at)
      select ${id}, ${3 + messages}, ${messages}, ${messages}, ${at + messages}`,
  )
  for (const [user, peer, version, entry] of [
    [a, b, 2, ends.entryA],
    [b, a, 3, ends.entryB],
  ] as const) {
    await insert(`${insertPlaces} select ${id}, ${user}, ${version}, 'member', '[[1,null]]', 1, ${noneSeen},
      ${messages}, ${messages}, ${at}`)
    await insert(`insert into entries (user_id, conversation_id, version, kind, peer_id, at)
      select ${user}, ${id}, ${entry}, 'direct', ${peer}, ${at}`)
  }
  if (messages > 0)
    await run(count, {
      rows: per * messages,
      text: `${insertMessages} select ${id}, 1 + s.n, 4 + s.n,
        case when s.n % 2 = 0 then ${a} else ${b} end, 'bench-message-' || s.n, '${hash}', ${at} + s.n, 1 + s.n,
        'text', '${body}' ${from} cross join bench_numbers s`,
      and: `${and} and s.n < ${messages}`,
    })
}

async function fillRoom(db: Db, run: Run, members: number): Promise<void> {
  await run(members, {
    rows: 1,
    text: `${insertPlaces} select ${roomId}, ${firstUser} + i.n, 2 + i.n, 'member', '[[1,null]]', 1, ${noneSeen}, 0, 0, 0
      from bench_numbers i`,
  })
  await write(db, async (c) => {
    await c.run('insert into conversations (id, version, kind, created_at) values (?, 1, ?, ?)', [
      ...[roomId, 'direct', at],
    ])
    await c.run('insert into heads (stream, version, seq, countable, last_at) values (?, ?, 0, 0, ?)', [
      ...[roomId, 1 + members, at],
    ])
  })
}

const insertPlaces = `insert into places (conversation_id, user_id, version, role, intervals_json, friends, joined_seq,
  joined_countable, cleared_seq, cleared_countable, read_seq, read_countable, last_spoke_at)`
const insertMessages = `insert into messages (conversation_id, seq, version, sender_id, client_id, payload_hash, at,
  countable, kind, body_json)`
const hash = 'x'.repeat(43)
const body = JSON.stringify({
  kind: 'text',
  text: 'A message of the usual length that was said long ago. '.repeat(2),
})
