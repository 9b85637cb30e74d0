import { afterEach, describe, expect, it } from 'vitest'
import type { Db } from '../../server/db/connection'
import { migrate } from '../../server/db/migrate'
import { migrations, type Migration } from '../../server/db/migrations'
import { databases } from './databases'

const opened: Db[] = []
afterEach(() => Promise.all(opened.splice(0).map((db) => db.close())))

const next: Migration = {
  id: migrations.length + 1,
  name: 'next',
  statements: ({ int, table }) => [
    ...table('later', [`id ${int} PRIMARY KEY`], { later_by_id: 'id' }),
    'INSERT INTO heads (stream, version, seq, countable, last_at) SELECT id, 1, 0, 0, 0 FROM nodes',
  ],
}
const node = 'INSERT INTO nodes (id, token, leased_until) VALUES (1, ?, 5)'
const ids = (db: Db) => db.read(async (c) => c.all<{ id: number }>('SELECT id FROM migrations ORDER BY id'))

describe.each(databases)('[D4] migrations on $name', (kind) => {
  const open = async () => {
    const db = await kind.open({ migrated: false })
    opened.push(db)
    return db
  }

  it('are dense from 1', () => {
    expect(migrations.map(({ id }) => id)).toEqual(migrations.map((_, i) => i + 1))
  })

  it('run from empty, and then there is nothing left to do', async () => {
    const db = await open()
    expect(await migrate(db)).toEqual(migrations.map(({ id }) => id))
    expect(await migrate(db)).toEqual([])
  })

  it('bring a database of every earlier release forward and keep its data', async () => {
    const all = [...migrations, next]
    for (let n = 1; n < all.length; n++) {
      const db = await open()
      await migrate(db, all.slice(0, n))
      await db.write(async (c) => c.run(node, ['kept']))
      expect(await migrate(db, all)).toEqual(all.slice(n).map(({ id }) => id))
      expect(await db.read(async (c) => c.all('SELECT token FROM nodes'))).toEqual([{ token: 'kept' }])
      expect(await db.read(async (c) => c.all('SELECT stream FROM heads'))).toEqual([{ stream: 1 }])
      expect(await db.read(async (c) => c.all('SELECT id FROM later'))).toEqual([])
    }
  })

  it('refuse a database that is newer than the server', async () => {
    const db = await open()
    await migrate(db, [...migrations, next])
    await expect(migrate(db)).rejects.toThrow('start a newer server')
    expect(await ids(db)).toHaveLength(migrations.length + 1)
  })

  it('one that failed is not counted and runs again', async () => {
    const db = await open()
    const broken: Migration = {
      ...next,
      statements: (s) => [...next.statements(s), 'INSERT INTO nowhere VALUES (1)'],
    }
    await expect(migrate(db, [...migrations, broken])).rejects.toThrow('nowhere')
    expect(await migrate(db, [...migrations, next])).toContain(next.id)
  })

  it('run once when several nodes start together', async () => {
    const db = await open()
    const ran = await Promise.all([migrate(db), migrate(db), migrate(db)])
    expect(ran.flat()).toEqual(migrations.map(({ id }) => id))
  })
})
