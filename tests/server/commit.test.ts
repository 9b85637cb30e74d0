import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Failure, Result } from '../../protocol/errors'
import { DbError, type Connection, type Db } from '../../server/db/connection'
import { recordChanges } from '../../server/sync/changes'
import { insertHead } from '../../server/sync/heads'
import { Transaction } from '../../server/tx'
import { databases } from './databases'
import { gate, note, testFunnel, tools, withWrites } from './funnel'
import { clearNotes, makeNotes, notesOf } from './notes'

const streams = [11, 12, 13, 14, 15]

const comeAgain = { code: 'overloaded', data: { retryAfterMs: 1_000 } }
/** Writes wait until `open`: those that are refused before, `count` of them, are all that are refused. */
async function expectRefused(results: readonly Promise<Result<unknown>>[], count: number, open: () => void) {
  const refused: Failure[] = []
  for (const result of results) void result.then((r) => (r.ok ? undefined : refused.push(r.error)))
  await expect.poll(() => refused.length).toBe(count)
  open()
  await Promise.all(results)
  expect(refused).toEqual(Array(count).fill(comeAgain))
}

describe.each(databases)('commit on $name', ({ open, name }) => {
  let db: Db
  beforeAll(async () => {
    db = await open()
    await makeNotes(db)
  })
  beforeEach(() => clearNotes(db, streams))
  afterAll(() => db.close())

  const texts = async (stream: number) =>
    (await db.read((c) => notesOf(c, stream))).map(({ note: text }) => text)
  const head = async (stream: number) => {
    const [row] = await db.read(async (c) => c.all('SELECT version FROM heads WHERE stream = ?', [stream]))
    return row?.version
  }

  it('[F3] a refusal and a throw undo their own call alone', async () => {
    const { call, changes, notices } = testFunnel(db)
    const results = await Promise.all([
      call('notes.write', note([11], 'ok', { text: 'first' })),
      call('notes.write', note([11, 12], 'refuse', { text: 'refused' })),
      call('notes.write', note([11], 'ok', { text: 'second' })),
      call('notes.write', note([11, 12], 'throw', { text: 'thrown' })),
      call('notes.write', note([11], 'ok', { text: 'third' })),
      call('notes.write', note([12, 99], 'ok', { text: 'no such stream' })),
    ])
    const codes = results.map((r) => (r.ok ? 'ok' : r.error.code))
    expect(codes).toEqual(['ok', 'notFound', 'ok', 'internal', 'ok', 'notFound'])
    expect((await texts(11)).sort()).toEqual(['first', 'second', 'third'])
    expect(await texts(12)).toEqual([])
    expect([await head(11), await head(12)]).toEqual([3, 0])
    expect(changes.flatMap(({ rows }) => rows.map(({ v }) => v)).sort()).toEqual([1, 2, 3])
    expect(changes.map(({ stream }) => stream)).not.toContain(12)
    expect(notices).toHaveLength(3)
  })

  it('[F3] what waits shares a transaction, of bounded size', async () => {
    const sizes: number[] = []
    let size = 0
    const counted = withWrites(db, async (work, write) => {
      size = 0
      const result = await write((c) =>
        work({
          ...c,
          all: (sql, binds) => c.all(sql, binds),
          run: (sql, binds) => {
            if (sql.startsWith('INSERT INTO notes')) size += 1
            return c.run(sql, binds)
          },
        }),
      )
      sizes.push(size)
      return result
    })
    const { call } = testFunnel(counted)
    await Promise.all(Array.from({ length: 1000 }, () => call('notes.writeMany', note([11]))))
    const full = db.dialect === 'sqlite' ? [512, 488] : [...Array<number>(7).fill(128), 104]
    expect(sizes.filter((n) => n > 0)).toEqual(full)
    expect(await head(11)).toBe(1000)
  })

  it('[F4] answers when the commit is durable, not before', async () => {
    const committed = gate()
    const held = withWrites(db, async (work, write) => {
      const result = await write(work)
      await committed.opened
      return result
    })
    const { call, changes } = testFunnel(held)
    let answered = false
    const answer = call('notes.write', note([11])).finally(() => (answered = true))
    while ((await texts(11)).length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    expect({ answered, changes }).toEqual({ answered: false, changes: [] })
    committed.open()
    expect(await answer).toMatchObject({ ok: true })
    expect(changes).toHaveLength(1)
  })

  it.each([
    ['down', 'unavailable'],
    ['full', 'storageFull'],
    ['fatal', 'unavailable'],
  ] as const)('[F4] when COMMIT fails (%s) no call of it is acknowledged', async (kind, code) => {
    const failing = withWrites(db, (work, write) =>
      write(async (c) => {
        await work(c)
        throw new DbError(kind, new Error('no commit'))
      }),
    )
    const { call, changes, fatal } = testFunnel(failing)
    const results = await Promise.all([1, 2, 3].map(() => call('notes.write', note([11]))))
    expect(results).toEqual(Array(3).fill({ ok: false, error: { code } }))
    expect([await head(11), await texts(11), changes]).toEqual([0, [], []])
    expect(fatal).toHaveLength(kind === 'fatal' ? 1 : 0)
  })

  it('[F4] commits nothing more after a fatal failure', async () => {
    let writes = 0
    const failing = withWrites(db, () => {
      writes += 1
      return Promise.reject(new DbError('fatal', new Error('disk')))
    })
    const { call, fatal } = testFunnel(failing)
    await call('notes.writeMany', note([11]))
    expect(await call('notes.writeMany', note([11]))).toMatchObject({ error: { code: 'unavailable' } })
    expect([writes, fatal.length]).toEqual([1, 1])
  })

  it('[F5] at most 4,096 writes wait', async () => {
    const [begun, running] = [gate(), gate()]
    const held = withWrites(db, async (work, write) => {
      begun.open()
      await running.opened
      return write(work)
    })
    const { call } = testFunnel(held)
    const first = call('notes.writeMany', note([11]))
    // The first turn takes the first call out of the queue.
    await begun.opened
    const results = Array.from({ length: 4_100 }, (_, i) => call('notes.writeMany', note([streams[i % 5]!])))
    await expectRefused(results, 4, running.open)
    expect(await first).toMatchObject({ ok: true })
    const heads = await Promise.all(streams.map(head))
    expect(heads.reduce((sum: number, version) => sum + Number(version), 0)).toBe(4_097)
  })

  it('[F15] on MySQL one conversation takes a quarter of the queue, and the others still get in', async () => {
    const running = gate()
    const held = withWrites(db, async (work, write) => {
      await running.opened
      return write(work)
    })
    const { call } = testFunnel(held)
    const hot = Array.from({ length: 1_030 }, () => call('notes.writeMany', note([11])))
    const others = [12, 13].map((stream) => call('notes.writeMany', note([stream])))
    await expectRefused([...hot, ...others], name === 'mysql' ? 6 : 0, running.open)
    expect(await Promise.all(others)).toMatchObject([{ ok: true }, { ok: true }])
  })

  it('[F6] a stored write repeats its first success, and conflicts with another payload', async () => {
    const { call } = testFunnel(db)
    const input = note([11], 'ok', { text: 'once' })
    const first = await call('notes.writeOnce', input)
    expect(first).toEqual({ ok: true, value: { versions: [1], at: 1 } })
    expect(await call('notes.writeOnce', { ...input })).toEqual(first)
    expect(await call('notes.writeOnce', { ...input, text: 'twice' })).toEqual({
      ok: false,
      error: { code: 'conflict' },
    })
    expect(await texts(11)).toEqual(['once'])
  })

  it('[F6] equal calls at the same time take effect once, on two nodes too', async () => {
    const nodes = [testFunnel(db), testFunnel(db)]
    const input = note([11])
    const calls = Array.from({ length: 20 }, (_, i) => nodes[i % 2]!.call('notes.writeOnce', { ...input }))
    const results = await Promise.all(calls)
    expect(results).toEqual(Array(20).fill({ ok: true, value: { versions: [1], at: 1 } }))
    expect(await head(11)).toBe(1)
  })

  it('[F6] refusals are not remembered', async () => {
    const { call } = testFunnel(db)
    const input = note([99])
    expect(await call('notes.writeOnce', input)).toMatchObject({ error: { code: 'notFound' } })
    await db.write((c) => insertHead(c, 99))
    expect(await call('notes.writeOnce', input)).toMatchObject({ ok: true })
  })

  it('[F7] a refusal that says keep leaves what its call wrote', async () => {
    const { call, changes } = testFunnel(db)
    const [kept, undone] = await Promise.all([
      call('notes.write', note([11], 'keep', { text: 'kept' })),
      call('notes.write', note([11], 'refuse', { text: 'undone' })),
    ])
    expect([kept, undone]).toEqual(Array(2).fill({ ok: false, error: { code: 'notFound' } }))
    expect([await texts(11), await head(11), changes.length]).toEqual([['kept'], 1, 1])
  })

  it('[F12] heads that are not locked in ascending order are a bug', async () => {
    await db.write(async (connection) => {
      const tx = new Transaction(connection, { clock: Date.now, makeId: () => 1 })
      tx.begin()
      await tx.lock([13, 12])
      await tx.lock([12])
      await expect(tx.lock([11])).rejects.toThrow('ascending order')
    })
  })

  it('[F12] heads are locked and read anew when the whole transaction was undone, and only then', async () => {
    await db.write(async (connection) => {
      for (const all of [true, false]) {
        const tx = new Transaction(connection, { clock: Date.now, makeId: () => 1 })
        tx.begin()
        await tx.lock([11])
        const before = tx.head(11)?.version ?? -1
        await connection.run('UPDATE heads SET version = version + 1 WHERE stream = 11')
        tx.undo()
        if (all) tx.startAnew()
        tx.begin()
        await tx.lock([11])
        expect(tx.head(11)?.version).toBe(all ? before + 1 : before)
      }
    })
  })

  it('[F12] runs a transaction again that the database gave up', async () => {
    let tries = 0
    const colliding = withWrites(db, (work, write) =>
      write(async (c) => {
        const result = await work(c)
        if (++tries < 3) throw new DbError('again', new Error('deadlock'))
        return result
      }),
    )
    const { call, changes } = testFunnel(colliding)
    const results = await Promise.all([1, 2].map(() => call('notes.writeMany', note([11]))))
    expect(results.map(({ ok }) => ok)).toEqual([true, true])
    expect([tries, await head(11), changes.length]).toEqual([3, 2, 1])
  })

  it('[F12] commits one by one what collides again and again together', async () => {
    const colliding = withWrites(db, (work, write) =>
      write(async (c) => {
        const result = await work(c)
        if ((await notesOf(c, 11)).length > before + 1) throw new DbError('again', new Error('deadlock'))
        before += 1
        return result
      }),
    )
    let before = 0
    const { call } = testFunnel(colliding)
    const results = await Promise.all([1, 2, 3].map(() => call('notes.writeMany', note([11]))))
    expect(results.map(({ ok }) => ok)).toEqual([true, true, true])
    expect(await head(11)).toBe(3)
  })

  it('[F11] answers what was accepted and refuses what comes later', async () => {
    const { call, close, commit } = testFunnel(db)
    const accepted = Array.from({ length: 200 }, () => call('notes.write', note([11])))
    const closed = close()
    const late = await call('notes.write', note([11]))
    const lateRead = await call('notes.count', { stream: 11 })
    await closed
    await commit.close()
    expect([late, lateRead]).toEqual(Array(2).fill({ ok: false, error: { code: 'draining' } }))
    expect((await Promise.all(accepted)).every(({ ok }) => ok)).toBe(true)
    expect(await head(11)).toBe(200)
  })

  it('[Y1] 200 parallel calls over four streams: versions are contiguous, each row has its own', async () => {
    const { call, changes } = testFunnel(db)
    const results = await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        call(i % 3 ? 'notes.writeMany' : 'notes.write', note(i % 5 ? [streams[i % 4]!] : [11, 13])),
      ),
    )
    expect(results.filter(({ ok }) => !ok)).toEqual([])
    for (const stream of streams.slice(0, 4)) {
      const versions = (await db.read((c) => notesOf(c, stream))).map(({ version }) => version)
      expect(versions).toEqual(versions.map((_, i) => i + 1))
      expect(await head(stream)).toBe(versions.length)
      const told = changes.filter((change) => change.stream === stream).sort((a, b) => a.from - b.from)
      expect(told.map(({ from }) => from)).toEqual([0, ...told.slice(0, -1).map(({ to }) => to)])
      expect(told.flatMap(({ rows }) => rows.map(({ v }) => v))).toEqual(versions)
    }
  })

  it('removes old changes now and then', async () => {
    let time = Date.now()
    const clock = vi.spyOn(tools, 'now').mockImplementation(() => time)
    const { call, commit } = testFunnel(db)
    await db.write((c) => recordChanges(c, [{ stream: 12, from: 0, to: 1, rows: [] }], () => 4096))
    const changed = () => db.read(async (c) => c.all('SELECT stream FROM changes ORDER BY id'))
    await call('notes.write', note([11]))
    expect(await changed()).toEqual([{ stream: 12 }, { stream: 11 }])
    time += 11_000
    await call('notes.write', note([11]))
    await commit.close()
    expect(await changed()).toEqual([{ stream: 11 }, { stream: 11 }])
    clock.mockRestore()
  })

  it('goes on removing old changes when a clock that was days ahead comes back', async () => {
    let time = Date.now()
    const clock = vi.spyOn(tools, 'now').mockImplementation(() => time)
    const { call, commit } = testFunnel(db)
    for (const jump of [72 * 3600_000, -72 * 3600_000]) {
      time += jump
      await call('notes.write', note([11]))
    }
    await db.write((c) => recordChanges(c, [{ stream: 12, from: 0, to: 1, rows: [] }], () => 4097))
    time += 11_000
    await call('notes.write', note([11]))
    await commit.close()
    const left = await db.read(async (c) => c.all('SELECT stream FROM changes WHERE id = 4097'))
    expect(left).toEqual([])
    clock.mockRestore()
  })

  it(`writes the table of changes beside the rows (${name})`, async () => {
    const { call } = testFunnel(db)
    await Promise.all([1, 2, 3].map(() => call('notes.writeMany', note([11, 12]))))
    const rows = await db.read(async (c) => c.all('SELECT stream, version FROM changes ORDER BY id'))
    expect(rows.slice(-2)).toEqual([
      { stream: 11, version: 3 },
      { stream: 12, version: 3 },
    ])
  })

  it(`[Y12] a process that is alone with its database writes nothing for others (${name})`, async () => {
    const kept = async (c: Connection) => [
      await c.all('SELECT id FROM changes ORDER BY id'),
      await c.all('SELECT id FROM notices ORDER BY id'),
    ]
    const before = await db.read(kept)
    const { call, changes } = testFunnel(db, undefined, { single: true })
    expect(await call('notes.write', note([11, 12]))).toMatchObject({ ok: true })
    expect([changes.length, await db.read(kept)]).toEqual([2, before])
  })
})
