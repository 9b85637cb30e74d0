import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { walBytes, walBytesMax } from '../../server/db/checkpoint'
import { DbError, type Db } from '../../server/db/connection'
import { openConnection } from '../../server/db/sqlite-connection'
import { openSqlite } from '../../server/db/sqlite'
import { sqliteError } from '../../server/db/sqlite-error'

const folder = mkdtempSync(path.join(tmpdir(), 'tokenim-sqlite-'))
const opened: Db[] = []
const children: ChildProcess[] = []
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await Promise.all(opened.splice(0).map((db) => db.close()))
  rmSync(folder, { recursive: true, force: true })
})

const file = (name: string) => path.join(folder, name)
const open = async (name: string, unsafeDurability = false) => {
  const db = await openSqlite({ file: file(name), unsafeDurability })
  opened.push(db)
  return db
}
/** A process that runs one of the scripts in children/, and its first line. */
async function child(script: string, name: string): Promise<{ process: ChildProcess; says: string }> {
  const args = ['--import', 'tsx', path.join(import.meta.dirname, 'children', script), file(name)]
  const made = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(made)
  const [says] = (await Promise.race([once(made.stdout, 'data'), once(made, 'close')])) as unknown[]
  return { process: made, says: String(says).trim() }
}
const pragmas = async (connection: { all: (sql: string) => unknown }) =>
  Object.assign(
    {},
    ...((await connection.all('PRAGMA synchronous')) as object[]),
    ...((await connection.all('PRAGMA journal_mode')) as object[]),
  ) as unknown

describe('SQLite', () => {
  it('[D1] writes its log to disk at every commit, on every connection and after every open', async () => {
    const durable = { synchronous: 2, journal_mode: 'wal' }
    for (let round = 0; round < 3; round++) {
      const db = await openSqlite({ file: file('durable.db') })
      expect(await db.write(pragmas)).toEqual(durable)
      const readers = Array.from({ length: 4 }, () =>
        db.read(async (c) => {
          await new Promise((done) => setTimeout(done, 5))
          return pragmas(c)
        }),
      )
      expect(await Promise.all(readers)).toEqual([durable, durable, durable, durable])
      await db.close()
    }
    expect(await pragmas(openConnection({ file: file('durable.db') }))).toEqual(durable)
  })

  it('[D1] does not open where that cannot be had, unless told so', async () => {
    expect(() => openConnection({ file: ':memory:' })).toThrow('journal_mode=memory')
    const db = await open('fast.db', true)
    expect(await db.write(pragmas)).toEqual({ synchronous: 0, journal_mode: 'wal' })
  })

  it('[D2] is refused to a second process and to a second open, and is free after kill -9', async () => {
    const first = await child('open-sqlite.ts', 'one.db')
    expect(first.says).toBe('open')
    expect((await child('open-sqlite.ts', 'one.db')).says).toContain('in use by another process')
    await expect(open('one.db')).rejects.toThrow('in use by another process')
    first.process.kill('SIGKILL')
    await once(first.process, 'exit')
    await open('one.db')
    await expect(open('one.db')).rejects.toThrow('in use by another process')
    expect((await child('open-sqlite.ts', 'one.db')).says).toContain('in use by another process')
  })

  it('[D3] no value of any type takes the process down', async () => {
    const { process, says } = await child('bind-anything.ts', 'bind.db')
    expect(says).toMatch(/^refused (\d+) of \1$/)
    const [code] =
      process.exitCode === null ? ((await once(process, 'exit')) as unknown[]) : [process.exitCode]
    expect(code).toBe(0)
  })

  it('keeps its log small under 50,000 small writes', async () => {
    const db = await open('small.db', true)
    await db.write(async (c) => c.run('CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)'))
    let largest = 0
    let shorter = 0
    for (let id = 0; id < 50_000; id++) {
      await db.write(async (c) => c.run('INSERT INTO t VALUES (?, ?)', [id, 'a small row of the usual size']))
      const { size } = statSync(file('small.db-wal'))
      if (size < largest) shorter++
      largest = Math.max(largest, size)
    }
    expect(largest).toBeGreaterThan(walBytes / 2)
    expect(largest).toBeLessThan(walBytes * 1.5)
    expect(shorter, 'a log that becomes longer again is slow').toBe(0)
    expect(await db.read(async (c) => c.all('SELECT COUNT(*) AS n FROM t'))).toEqual([{ n: 50_000 }])
  })

  it('keeps its log bounded though there is always somebody reading', async () => {
    const db = await open('read.db', true)
    await db.write(async (c) => c.run('CREATE TABLE t (id INTEGER PRIMARY KEY, bytes BLOB)'))
    let reading = true
    const reader = async (pauseMs: number) => {
      while (reading)
        await db.read(async (c) => {
          const before = await c.all('SELECT COUNT(*) AS n FROM t')
          await new Promise((done) => setTimeout(done, pauseMs))
          expect(await c.all('SELECT COUNT(*) AS n FROM t')).toEqual(before)
        })
    }
    const readers = [17, 23, 31].map(reader)
    let largest = 0
    let emptied = 0
    for (let id = 0; id < 1_000; id++) {
      await db.write(async (c) => c.run('INSERT INTO t VALUES (?, ?)', [id, new Uint8Array(256 * 1024)]))
      const { size } = statSync(file('read.db-wal'))
      if (size < largest && size < walBytesMax / 4) emptied++
      largest = Math.max(largest, size)
      if (id % 4 === 0) await new Promise((done) => setTimeout(done, 1))
    }
    reading = false
    await Promise.all(readers)
    expect(largest).toBeGreaterThan(walBytesMax / 2)
    expect(largest).toBeLessThan(walBytesMax * 1.25)
    expect(emptied).toBeGreaterThan(0)
  })

  it('leaves everything in the one file when it is closed', async () => {
    const db = await openSqlite({ file: file('closed.db') })
    await db.write(async (c) => {
      await c.run('CREATE TABLE t (text TEXT)')
      await c.run('INSERT INTO t VALUES (?)', ['kept in the file'])
    })
    await db.close()
    expect(readFileSync(file('closed.db')).includes('kept in the file')).toBe(true)
    expect(statSync(file('closed.db-wal'), { throwIfNoEntry: false })?.size ?? 0).toBe(0)
  })

  it('tells a full disk as full', async () => {
    const db = await open('full.db')
    await db.write(async (c) => c.run('CREATE TABLE t (bytes BLOB)'))
    const writing = db.write(async (c) => {
      await c.all('PRAGMA max_page_count = 20')
      await c.run('INSERT INTO t VALUES (?)', [new Uint8Array(200_000)])
    })
    await expect(writing).rejects.toMatchObject({ kind: 'full' })
    expect(await db.read(async (c) => c.all('SELECT COUNT(*) AS n FROM t'))).toEqual([{ n: 0 }])
  })

  it.each([
    ['SQLITE_CONSTRAINT_UNIQUE', 'duplicate'],
    ['SQLITE_BUSY_SNAPSHOT', 'again'],
    ['SQLITE_FULL', 'full'],
    ['SQLITE_IOERR_SHMSIZE', 'full'],
    ['SQLITE_IOERR_FSYNC', 'fatal'],
    ['SQLITE_CORRUPT', 'fatal'],
  ])('takes %s for %s', (code, kind) => {
    expect(sqliteError(Object.assign(new Error('x'), { code }))).toEqual(expect.objectContaining({ kind }))
    const bug = Object.assign(new Error('x'), { code: 'SQLITE_ERROR' })
    expect(sqliteError(bug)).toBe(bug)
    expect(sqliteError(bug)).not.toBeInstanceOf(DbError)
  })
})
