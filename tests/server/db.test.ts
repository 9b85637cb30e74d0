import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { DbError, type Bind, type Db } from '../../server/db/connection'
import { insertOrIgnore, places, upsert } from '../../server/db/dialect'
import { builder } from '../../server/db/kysely'
import { databases } from './databases'

const opened: Db[] = []
afterEach(() => Promise.all(opened.splice(0).map((db) => db.close())))

const kindOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no error',
    (error: unknown) => (error instanceof DbError ? error.kind : error),
  )
const head = 'INSERT INTO heads (stream, version, seq, countable, last_at) VALUES (?, ?, 0, 0, 0)'
const versions = (db: Db) =>
  db.read(async (c) =>
    (await c.all<{ version: number }>('SELECT version FROM heads ORDER BY stream')).map((r) => r.version),
  )

describe.each(databases)('database on $name', (kind) => {
  const open = async () => {
    const db = await kind.open()
    opened.push(db)
    return db
  }

  it('[D3] every kind of bind comes back as it went in', async () => {
    const db = await open()
    const sent: Bind[] = [
      null,
      5,
      -1,
      2 ** 53 - 1,
      -(2 ** 53 - 1),
      -1.5,
      12n,
      '',
      'x😀 ',
      new Uint8Array([1, 0, 255]),
    ]
    const sql = `SELECT ${sent.map((_, i) => `? AS c${i}`).join(', ')} LIMIT ?`
    const [row] = await db.read(async (c) => c.all(sql, [...sent, 1]))
    expect(Object.values(row!)).toEqual(sent.map((bind) => (typeof bind === 'bigint' ? Number(bind) : bind)))
    const [view] = await db.read(async (c) =>
      c.all('SELECT ? AS part', [Buffer.from('abcdef').subarray(2, 4)]),
    )
    expect(view).toEqual({ part: new Uint8Array([99, 100]) })
  })

  it('[D3] texts come back as they went in, however they travel, and are never part of a statement', async () => {
    const db = await open()
    const hostile = [
      `'; DROP TABLE heads; -- `,
      `\\'; DROP TABLE heads; #`,
      `\\`,
      `\\\\'`,
      `"`,
      '`',
      `''`,
      '?',
      `'?'`,
      '$& $1',
      ':name @x %_',
      '/* */ */',
      '\n\r\t\b\x1a\x7f\u2028',
      '0x41',
      `X'41'`,
      'NULL',
      '1e3',
      '\u00bf\u0027\u02bc\uff07',
      '😀👩‍👩‍👧\u{10ffff}',
    ]
    const text = fc.oneof(
      fc.constantFrom(...hostile),
      fc.string({ unit: 'binary', maxLength: 20 }).map((s) => s.replaceAll('\0', '')),
    )
    const bytes = fc.uint8Array({ maxLength: 20 })
    const insert = 'INSERT INTO notices (id, user_id, session_id, event, data_json) VALUES (?, ?, 0, ?, ?)'
    let id = 0
    const check = async (texts: string[], part: Uint8Array) => {
      const first = id + 1
      const [row] = await db.write(async (c) => {
        for (const each of texts) await c.put(insert, [++id, -5, 'x', each])
        const [rows] = await Promise.all([
          c.all('SELECT ? AS a, ? AS b, ? AS c, ? AS d', [texts[0] ?? null, part, -1.5, 2 ** 53 - 1]),
          c.all('SELECT 1'),
        ])
        return rows
      })
      expect(row).toEqual({ a: texts[0] ?? null, b: part, c: -1.5, d: 2 ** 53 - 1 })
      const kept = await db.read(async (c) =>
        c.all<{ t: string }>('SELECT data_json AS t FROM notices WHERE id >= ? ORDER BY id', [first]),
      )
      expect(kept.map(({ t }) => t)).toEqual(texts)
    }
    await check(hostile, new Uint8Array([0, 39, 92, 255, 26]))
    await fc.assert(fc.asyncProperty(fc.array(text, { maxLength: 5 }), bytes, check), { numRuns: 100 })
    expect(await versions(db)).toEqual([])
  })

  it('[D3] a change that is only put is checked at once, in order, and counted by nobody', async () => {
    const db = await open()
    await db.write(async (c) => {
      await c.put(head, [1, 1])
      await c.put('UPDATE heads SET version = ? WHERE stream = ?', [5, 1])
      expect(await c.all('SELECT version FROM heads')).toEqual([{ version: 5 }])
      expect(() => c.put(head, [2, true as unknown as number])).toThrow(TypeError)
      expect(() => c.put(head, [2])).toThrow('2 binds expected')
      await c.put(head, [3, 3])
    })
    expect(await versions(db)).toEqual([5, 3])
  })

  it('[D3] anything else, and a wrong number of them, throws and harms nothing', async () => {
    const db = await open()
    const wrong = [
      true,
      undefined,
      NaN,
      Infinity,
      2 ** 53,
      2n ** 53n,
      'a\0b',
      {},
      [1],
      new Date(),
      Symbol('x'),
      () => 1,
    ]
    for (const [index, value] of wrong.entries()) {
      // The compiler would not let these through; data from outside can.
      const read = db.read(async (c) => c.all('SELECT ? AS x', [value as Bind]))
      await expect(read, `value ${index}`).rejects.toThrow(TypeError)
    }
    for (const binds of [[], [1, 2]])
      await expect(db.read(async (c) => c.all(`SELECT ? AS x, '?' AS y`, binds))).rejects.toThrow(
        '1 binds expected',
      )
    expect(await db.read(async (c) => c.all(`SELECT 1 AS one, '?' AS y`))).toEqual([{ one: 1, y: '?' }])
  })

  it('integers come back as numbers, and one that no number can hold throws', async () => {
    const db = await open()
    await db.write(async (c) => {
      await c.run(head, [1, Number.MAX_SAFE_INTEGER])
      await c.run('INSERT INTO nodes (id, token, leased_until) VALUES (1, ?, 9007199254740993)', ['x'])
    })
    const sums = await db.read(async (c) =>
      c.all('SELECT SUM(seq) AS seq, COUNT(*) AS n, MAX(version) AS v FROM heads'),
    )
    expect(sums).toEqual([{ seq: 0, n: 1, v: Number.MAX_SAFE_INTEGER }])
    await expect(db.read(async (c) => c.all('SELECT leased_until FROM nodes'))).rejects.toThrow(RangeError)
  })

  it('[D5] keys compare byte by byte, and text keeps every character', async () => {
    const db = await open()
    const tokens = [
      'aBc',
      'AbC',
      'aBc ',
      'é',
      'e\u0301',
      'ß',
      'ss',
      '👩‍👩‍👧',
      '\u{10ffff}',
      'ｆｕｌｌ',
      'full',
      '零〇',
    ]
    const insert = 'INSERT INTO sign_in_failures (account_key, failures, wait_until) VALUES (?, ?, 0)'
    await db.write(async (c) => {
      for (const [i, token] of tokens.entries()) await c.run(insert, [token, i])
    })
    const find = 'SELECT account_key AS k, failures AS i FROM sign_in_failures WHERE account_key = ?'
    for (const [i, k] of tokens.entries())
      expect(await db.read(async (c) => c.all(find, [k]))).toEqual([{ k, i }])
    expect(await db.read(async (c) => c.all(find, ['ABC']))).toEqual([])
    expect(await kindOf(db.write(async (c) => c.run(insert, ['aBc', 0])))).toBe('duplicate')
  })

  it('a read sees one snapshot, whatever is committed meanwhile', async () => {
    const db = await open()
    await db.write(async (c) => c.run(head, [1, 1]))
    const select = 'SELECT version FROM heads WHERE stream = 1'
    await db.read(async (c) => {
      const before = await c.all(select)
      await db.write(async (w) => w.run('UPDATE heads SET version = 2 WHERE stream = 1'))
      expect(await c.all(select)).toEqual(before)
    })
    expect(await versions(db)).toEqual([2])
  })

  it('a read cannot write', async () => {
    const db = await open()
    await expect(db.read(async (c) => c.run(head, [1, 1]))).rejects.toThrow()
    expect(await versions(db)).toEqual([])
  })

  it('a throw undoes the whole write, a savepoint its part', async () => {
    const db = await open()
    const failing = db.write(async (c) => {
      await c.run(head, [1, 1])
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    await db.write(async (c) => {
      await c.run(head, [2, 2])
      await c.run('SAVEPOINT part')
      await c.run(head, [3, 3])
      await c.run('ROLLBACK TO SAVEPOINT part')
      await c.run('RELEASE SAVEPOINT part')
      await c.run(head, [4, 4])
    })
    expect(await versions(db)).toEqual([2, 4])
  })

  it('writes that meet on a row all succeed, one after the other', async () => {
    const db = await open()
    await db.write(async (c) => c.run(head, [1, 0]))
    const lock = db.dialect === 'mysql' ? ' FOR UPDATE' : ''
    const bump = () =>
      db.write(async (c) => {
        const [row] = await c.all<{ version: number }>(`SELECT version FROM heads WHERE stream = 1${lock}`)
        await c.run('UPDATE heads SET version = ? WHERE stream = 1', [row!.version + 1])
      })
    await Promise.all(Array.from({ length: 200 }, bump))
    expect(await versions(db)).toEqual([200])
  })

  it('counts the rows a statement matched, though they keep their values', async () => {
    const db = await open()
    const counts = await db.write(async (c) => [
      await c.run(head, [1, 1]),
      await c.run('UPDATE heads SET version = 1 WHERE stream = 1'),
      await c.run('UPDATE heads SET version = 1 WHERE stream = 9'),
      await c.run(insertOrIgnore(c.dialect, 'nodes', ['id', 'token', 'leased_until']), [1, 'a', 1]),
      await c.run(insertOrIgnore(c.dialect, 'nodes', ['id', 'token', 'leased_until']), [1, 'b', 1]),
      await c.run(`DELETE FROM nodes WHERE id IN (${places(2)})`, [1, 2]),
    ])
    expect(counts).toEqual([1, 1, 0, 1, 0, 1])
  })

  it('an upsert inserts, then overwrites all but the key', async () => {
    const db = await open()
    const sql = upsert(db.dialect, 'nodes', ['id'], ['id', 'token', 'leased_until'])
    for (const token of ['a', 'b']) await db.write(async (c) => c.run(sql, [7, token, 1]))
    expect(await db.read(async (c) => c.all('SELECT * FROM nodes'))).toEqual([
      { id: 7, token: 'b', leased_until: 1 },
    ])
  })

  it('builds typed SQL, once per connection, and refuses what one database does not have', async () => {
    const db = await open()
    const row = { id: 1, token: 't', leased_until: 5 }
    await db.write(async (c) => {
      const sql = builder(c)
      expect(builder(c)).toBe(sql)
      await sql
        .insertInto('nodes')
        .values([row, { ...row, id: 2 }])
        .execute()
      const updated = await sql
        .updateTable('nodes')
        .set({ token: 'u' })
        .where('id', '=', 2)
        .executeTakeFirst()
      expect(updated.numUpdatedRows).toBe(1n)
      expect((await sql.deleteFrom('nodes').where('id', '=', 1).executeTakeFirst()).numDeletedRows).toBe(1n)
      expect(await sql.selectFrom('nodes').selectAll().where('id', 'in', [1, 2]).limit(5).execute()).toEqual([
        { id: 2, token: 'u', leased_until: 5 },
      ])
      const returning = sql
        .insertInto('nodes')
        .values({ ...row, id: 3 })
        .returningAll()
      await expect(returning.execute()).rejects.toThrow('no returning')
      const conflict = sql
        .insertInto('nodes')
        .values(row)
        .onConflict((on) => on.doNothing())
      await expect(conflict.execute()).rejects.toThrow('no onConflict')
      await expect(sql.transaction().execute(async () => 1)).rejects.toThrow('no transactions')
    })
  })

  it('keeps the checks of the tables', async () => {
    const db = await open()
    await expect(db.write(async (c) => c.run(head, [1, -1]))).rejects.toThrow()
    const direct = 'INSERT INTO directs (low_id, high_id, conversation_id) VALUES (?, ?, 1)'
    await expect(db.write(async (c) => c.run(direct, [2, 1]))).rejects.toThrow()
    expect(await db.write(async (c) => c.run(direct, [1, 2]))).toBe(1)
  })

  it('tells the time, and is down when closed', async () => {
    const db = await kind.open()
    const asked = Date.now()
    const now = await db.now()
    expect(now).toBeGreaterThan(asked - 2_000)
    expect(now).toBeLessThan(Date.now() + 2_000)
    await db.close()
    expect(await kindOf(db.read(async () => 1))).toBe('down')
    expect(await kindOf(db.write(async () => 1))).toBe('down')
  })
})
