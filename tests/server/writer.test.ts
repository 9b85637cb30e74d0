/** The writing thread of the embedded database, over a real port; here both ends live in one thread. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { MessageChannel, type Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Result } from '../../protocol/errors'
import type { Commit } from '../../server/commit'
import { openSnapshots } from '../../server/db/sqlite'
import type { Change } from '../../server/sync/changes'
import { serveWrites } from '../../server/writer'
import { startWriter, type Writer } from '../../server/writer-thread'

let folder: string
let writer: Writer
let commit: Commit
/** What reached the serving side, in order. */
let heard: string[]
const fatal: unknown[] = []

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'tokenim-writer-'))
  const { port1, port2 } = new MessageChannel()
  heard = []
  const started = startWriter({
    worker: port1 as unknown as Worker,
    log: { warn: () => undefined, error: () => undefined },
    onFatal: (error) => fatal.push(error),
  })
  await serveWrites(port2, {
    file: path.join(folder, 'tokenim.db'),
    unsafeDurability: true,
    secret: 's'.repeat(32),
  })
  writer = await started
  commit = writer.openCommit({
    committed: (changes: readonly Change[]) =>
      heard.push(...changes.map(({ from, to }) => `change ${from}-${to}`)),
  })
})
afterEach(async () => {
  await commit.close()
  await writer.close()
  rmSync(folder, { recursive: true })
})

let serial = 0
const register = (account: string) =>
  commit.write({
    op: 'accounts.register',
    handler: { run: () => Promise.reject(new Error('the handler of the other side runs')) },
    call: {
      input: {
        ...{ clientId: `writer-test-${serial++}`, account, password: 'correct horse 1', name: account },
        device: { name: 'test', platform: 'other' },
      },
      caller: { kind: 'anonymous', address: 'test' },
      prepared: {
        ...{ passwordHash: 'hashed elsewhere', random: 'r'.repeat(43), deviceRandom: 'd'.repeat(43) },
        place: { sortKey: 'anna', letter: 'A' },
      },
    },
  })
const note = (what: string) => (result: Result<unknown>) => (
  heard.push(`${what} ${String(result.ok)}`),
  result
)

describe('the writing thread', () => {
  it('[F4] answers when another connection can read it, and publishes the change', async () => {
    const result = await register('anna').then(note('anna'))
    expect(result).toMatchObject({ ok: true })
    await new Promise((resolve) => setImmediate(resolve))
    expect(heard.sort()).toEqual(['anna true', 'change 0-1'])
    const db = openSnapshots({ file: path.join(folder, 'tokenim.db') })
    expect(await db.read(async (c) => c.all('SELECT account FROM users'))).toEqual([{ account: 'anna' }])
    await expect(db.write(async () => undefined)).rejects.toThrow('the thread that has opened the file')
    await db.close()
  })

  it('[F5] more than 4,096 without an answer are turned away at once', async () => {
    const results = await Promise.all(Array.from({ length: 4_100 }, () => register('anna')))
    expect(results.filter((result) => result.ok)).toHaveLength(1)
    const overloaded = results.flatMap((result) =>
      !result.ok && result.error.code === 'overloaded' ? [result.error.data] : [],
    )
    expect(overloaded).toEqual(Array.from({ length: 4 }, () => ({ retryAfterMs: 1_000 })))
  })

  it('[F11] answers what was accepted, then says draining', async () => {
    const accepted = register('anna')
    const closed = commit.close()
    expect(await register('ben')).toEqual({ ok: false, error: { code: 'draining' } })
    expect(await accepted).toMatchObject({ ok: true })
    await closed
    expect(fatal).toEqual([])
  })
})
