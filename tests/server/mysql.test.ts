import { afterEach, describe, expect, it } from 'vitest'
import type { Connection, Db } from '../../server/db/connection'
import { assertDurable, assertEscapes, openMysql } from '../../server/db/mysql'
import { mysqlError } from '../../server/db/mysql-error'
import { startProxy } from '../faults/proxy'
import { databases } from './databases'

const opened: Db[] = []
afterEach(() => Promise.all(opened.splice(0).map((db) => db.close())))

const turn = () => {
  let go: () => void = () => undefined
  const done = new Promise<void>((resolve) => (go = resolve))
  return { done, go }
}
const head = 'INSERT INTO heads (stream, version, seq, countable, last_at) VALUES (?, 1, 0, 0, 0)'
const bump = 'UPDATE heads SET version = version + 1 WHERE stream = ?'

describe.each(databases.filter(({ name }) => name === 'mysql'))('MySQL', (kind) => {
  const open = async () => {
    const db = await kind.open()
    opened.push(db)
    return db
  }

  it('[D12] a line that fell silent without a word is given up, and the next transaction has another', async () => {
    const server = new URL(process.env.TOKENIM_TEST_MYSQL ?? '')
    const proxy = await startProxy({ host: server.hostname, port: Number(server.port || 3306) })
    const url = Object.assign(new URL(server), {
      hostname: '127.0.0.1',
      port: String(proxy.port),
      pathname: '/mysql',
    })
    const db = await openMysql({ url: url.href, silentMs: 3_000 })
    const ask = async (c: Connection) => c.all('SELECT 1 AS one')
    try {
      await db.read(ask)
      proxy.lose('server')
      await expect(db.read(ask)).rejects.toMatchObject({ kind: 'down' })
      proxy.heal()
      expect(await db.read(ask)).toEqual([{ one: 1 }])
    } finally {
      await db.close()
      await proxy.close()
    }
  })

  it('a deadlock is told as again to one, and the other commits', async () => {
    const db = await open()
    await db.write(async (c) => [await c.run(head, [1]), await c.run(head, [2])])
    const [a, b] = [turn(), turn()]
    const results = await Promise.allSettled([
      db.write(async (c) => {
        await c.run(bump, [1])
        a.go()
        await b.done
        await c.run(bump, [2])
      }),
      db.write(async (c) => {
        await c.run(bump, [2])
        b.go()
        await a.done
        await c.run(bump, [1])
      }),
    ])
    const failed = results.filter((result) => result.status === 'rejected')
    expect(failed.map(({ reason }) => reason as unknown)).toEqual([
      expect.objectContaining({ kind: 'again' }),
    ])
    const rows = await db.read(async (c) => c.all('SELECT version FROM heads ORDER BY stream'))
    expect(rows).toEqual([{ version: 2 }, { version: 2 }])
  })

  it('[F12] a write sees what others committed after it began, once it holds the lock', async () => {
    const db = await open()
    await db.write(async (c) => c.run(head, [1]))
    await db.write(async (c) => {
      expect(await c.all('SELECT version FROM heads WHERE stream = 1')).toEqual([{ version: 1 }])
      await db.write(async (other) => other.run(bump, [1]))
      expect(await c.all('SELECT version FROM heads WHERE stream = 1 FOR UPDATE')).toEqual([{ version: 2 }])
    })
  })

  it('[F12] a write sees what others committed after it began, without a lock of its own', async () => {
    const db = await open()
    await db.write(async (c) => c.run(head, [1]))
    await db.write(async (c) => {
      const version = () => c.all('SELECT version FROM heads WHERE stream = 1')
      expect(await version()).toEqual([{ version: 1 }])
      await db.write(async (other) => other.run(bump, [1]))
      expect(await version()).toEqual([{ version: 2 }])
    })
  })

  it('[F14] a write that falls silent is undone by the database, and holds up nobody for longer', async () => {
    const db = await open()
    await db.write(async (c) => [await c.run(head, [1]), await c.run(head, [2])])
    const [frozen, awake] = [turn(), turn()]
    const silent = db.write(async (c) => {
      await c.run(bump, [1])
      frozen.go()
      await awake.done
      await c.run(bump, [2])
    })
    const lost = expect(silent).rejects.toMatchObject({ kind: 'down' })
    await frozen.done
    // Gives up as `again` if the lock is not let go of before the wait for it ends.
    await db.write(async (c) => c.run(bump, [1]))
    awake.go()
    await lost
    const rows = await db.read(async (c) => c.all('SELECT version FROM heads ORDER BY stream'))
    expect(rows).toEqual([{ version: 2 }, { version: 1 }])
  })

  it('a connection that is lost inside a write is down, nothing is kept, and the next write works', async () => {
    const db = await open()
    const writing = db.write(async (c) => {
      await c.run(head, [1])
      const [row] = await c.all<{ id: number }>('SELECT CONNECTION_ID() AS id')
      await db.write(async (other) => other.run(`KILL ${row!.id}`))
      await c.run(head, [2])
    })
    await expect(writing).rejects.toMatchObject({ kind: 'down' })
    await db.write(async (c) => c.run(head, [3]))
    expect(await db.read(async (c) => c.all('SELECT stream FROM heads'))).toEqual([{ stream: 3 }])
  })

  it('[F3] a change that fails while nobody waits undoes the write, which runs again a statement at a time', async () => {
    const db = await open()
    const met: unknown[] = []
    let runs = 0
    await db.write(async (c) => {
      runs += 1
      await c.put(head, [1])
      try {
        await c.put(head, [1])
      } catch (error) {
        met.push(error)
      }
      await c.put(head, [2])
    })
    expect(runs).toBe(2)
    expect(met).toEqual([expect.objectContaining({ kind: 'duplicate' })])
    const streams = 'SELECT stream FROM heads ORDER BY stream'
    expect(await db.read(async (c) => c.all(streams))).toEqual([{ stream: 1 }, { stream: 2 }])

    const failing = db.write(async (c) => {
      await c.put(head, [3])
      await c.put(head, [3])
      await c.put(head, [4])
    })
    await expect(failing).rejects.toMatchObject({ kind: 'duplicate' })
    expect(await db.read(async (c) => c.all(streams))).toEqual([{ stream: 1 }, { stream: 2 }])
  })

  it('[F3] a write that swallows the failure of a change does not commit it', async () => {
    const db = await open()
    const writing = db.write(async (c) => {
      await c.put(head, [1])
      await c.put(head, [1])
      await Promise.resolve(c.all('SELECT 1 AS one')).catch(() => undefined)
    })
    await expect(writing).rejects.toMatchObject({ kind: 'duplicate' })
    expect(await db.read(async (c) => c.all('SELECT stream FROM heads'))).toEqual([])
  })

  it('a deadlock among changes that nobody waits for is told as again', async () => {
    const db = await open()
    await db.write(async (c) => [await c.put(head, [1]), await c.put(head, [2])])
    const [a, b] = [turn(), turn()]
    let runs = 0
    const meet = (first: number, second: number, mine: typeof a, other: typeof a) =>
      db.write(async (c) => {
        runs += 1
        await c.run(bump, [first])
        mine.go()
        await other.done
        await c.put(bump, [second])
      })
    const results = await Promise.allSettled([meet(1, 2, a, b), meet(2, 1, b, a)])
    const reasons = results.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as unknown] : [],
    )
    expect(reasons).toEqual([expect.objectContaining({ kind: 'again' })])
    expect(runs).toBe(2)
  })

  it('refuses what does not fit instead of cutting it', async () => {
    const db = await open()
    const sql = 'INSERT INTO nodes (id, token, leased_until) VALUES (1, ?, 0)'
    await expect(db.write(async (c) => c.run(sql, ['x'.repeat(65)]))).rejects.toThrow('too long')
  })

  it('[D1] opens on a server that flushes its commits', async () => {
    const db = await open()
    await db.read(assertDurable)
  })
})

// The real setting is global, and other tests use the same server at this moment.
it.each([0, 2, undefined])('[D1] does not open where innodb_flush_log_at_trx_commit is %s', async (flush) => {
  const answers = {
    dialect: 'mysql',
    run: () => 0,
    put: () => 0,
    all: <T>() => [{ flush }] as T[],
    one: () => undefined,
  } as const
  await expect(assertDurable(answers)).rejects.toThrow(`innodb_flush_log_at_trx_commit is ${flush}`)
})

it.each(['STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES', 'ANSI_QUOTES', undefined])(
  '[D3] does not open where sql_mode is %s: texts could not be escaped',
  async (mode) => {
    const answers = {
      dialect: 'mysql',
      run: () => 0,
      put: () => 0,
      all: <T>() => (mode === undefined ? [] : [{ mode }]) as T[],
      one: () => undefined,
    } as const
    await expect(assertEscapes(answers)).rejects.toThrow(`sql_mode is ${mode}`)
  },
)

it('is down where nothing listens', async () => {
  await expect(openMysql({ url: 'mysql://root@127.0.0.1:1/tokenim' })).rejects.toMatchObject({ kind: 'down' })
})

it.each([
  [{ errno: 1213 }, 'again'],
  [{ errno: 1205 }, 'again'],
  [{ errno: 1062 }, 'duplicate'],
  [{ errno: 1114 }, 'full'],
  [{ errno: 1053 }, 'down'],
  [{ code: 'PROTOCOL_CONNECTION_LOST', fatal: true }, 'down'],
  [{ code: 'ECONNREFUSED', errno: -111 }, 'down'],
])('takes the MySQL error %j for %s', (fields, kind) => {
  expect(mysqlError(Object.assign(new Error('x'), fields))).toMatchObject({ kind })
  const bug = Object.assign(new Error('x'), { errno: 1064, code: 'ER_PARSE_ERROR' })
  expect(mysqlError(bug)).toBe(bug)
})
