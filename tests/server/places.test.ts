/** A place decides about a send as it is when the send holds the head, whatever it was before (S1, F1, F12). */
import { afterEach, describe, expect, it } from 'vitest'
import type { Connection, Db } from '../../server/db/connection'
import { lockHeads } from '../../server/sync/heads'
import { databases, type TestDatabase } from './databases'
import { gate, withWrites } from './funnel'
import { befriend, createWorld, textOf, type Person, type World } from './world'

const notMember = { ok: false, error: { code: 'notMember' } }
const worlds: World[] = []
afterEach(() => Promise.all(worlds.splice(0).map((world) => world.close())))

/** Two friends, on a database whose write transactions go through `around`. */
async function friends(database: TestDatabase, around: Parameters<typeof withWrites>[1]) {
  const db = await database.open()
  const world = await createWorld(withWrites(db, around))
  worlds.push(world)
  const [ann, ben] = [await world.person('Ann'), await world.person('Ben')]
  return { db, ann, room: await befriend(ann, ben) }
}
const close = async (c: Connection, room: number, { userId }: Person) =>
  c.run('UPDATE places SET intervals_json = ? WHERE conversation_id = ? AND user_id = ?', [
    '[[1,1]]',
    room,
    userId,
  ])
const until = async (fits: () => boolean) => {
  while (!fits()) await new Promise((resolve) => setTimeout(resolve, 2))
}

/** The connection, telling the SQL of every statement before it runs. */
const watched = (connection: Connection, hear: (sql: string) => void): Connection =>
  new Proxy(connection, {
    get(target, key: keyof Connection) {
      const own: unknown = target[key]
      if (typeof own !== 'function') return own
      return (sql: string, ...rest: unknown[]): unknown => {
        hear(sql)
        return own.call(target, sql, ...rest) as unknown
      }
    },
  })

describe.each(databases)('places on $name', (database) => {
  it('[S1] [F1] a place that closes while a send waits keeps it out', async () => {
    const held = gate()
    let holding = false
    let waiting = 0
    const { db, ann, room } = await friends(database, async (work, write) => {
      if (holding) {
        waiting += 1
        await held.opened
      }
      return write(work)
    })
    holding = true
    const answer = ann.call('chat.sendMessage', textOf(room, 'too late'))
    await until(() => waiting > 0)
    await db.write((c) => close(c, room, ann))
    held.open()
    expect(await answer).toEqual(notMember)
  })

  it('[S4] the table itself refuses a second message of one clientId', async () => {
    const { db, ann, room } = await friends(database, (work, write) => write(work))
    await ann.must('chat.sendMessage', textOf(room, 'once'))
    const columns = 'version, sender_id, client_id, payload_hash, at, countable, kind, body_json'
    const again = (c: Connection, clientId: string) =>
      c.run(
        `INSERT INTO messages (conversation_id, seq, ${columns})
          SELECT conversation_id, seq + 1000, ${columns.replace('client_id', clientId)} FROM messages
          WHERE conversation_id = ? AND sender_id = ? AND seq = 2`,
        [room, ann.userId],
      )
    await expect(db.write(async (c) => again(c, 'client_id'))).rejects.toMatchObject({ kind: 'duplicate' })
    expect(await db.write(async (c) => again(c, "'another'"))).toBe(1)
  })
})

describe.each(databases.filter(({ name }) => name === 'mysql'))('places on $name, two nodes', (database) => {
  it('[S1] [F12] a place that another node closes while a send waits for the head keeps it out', async () => {
    const locked = gate()
    let asked = false
    const { db, ann, room } = await friends(database, (work, write) =>
      write((c) => work(watched(c, (sql) => (asked ||= /from heads/i.test(sql))))),
    )
    asked = false
    const closing = closeSlowly(db, room, ann, locked.open, () => asked)
    await locked.opened
    const answer = ann.call('chat.sendMessage', textOf(room, 'too late'))
    await closing
    expect(await answer).toEqual(notMember)
  })
})

/** Another node's transaction: it holds the head until the send has asked for it, and for a while longer. */
const closeSlowly = (db: Db, room: number, ann: Person, locked: () => void, asked: () => boolean) =>
  db.write(async (c) => {
    await lockHeads(c, [room])
    await close(c, room, ann)
    locked()
    await until(asked)
    await new Promise((resolve) => setTimeout(resolve, 200))
  })
