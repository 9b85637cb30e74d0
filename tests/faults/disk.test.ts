/** A disk that is full under load, again and again: writes are refused, reads go on, nothing acked is lost, and it heals. */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Database from 'libsql'
import { expect, it } from 'vitest'
import { limits } from '../../protocol/limits'
import type { DbError } from '../../server/db/connection'
import { openSqlite } from '../../server/db/sqlite'
import { freshId, must, post, WireClient } from '../helpers/wire-client'
import { nothingBroken } from '../history'
import { launchServer, type LaunchedServer } from '../server/launch'
import { Load, waitFor } from './load'
import { mountSmallDisk, type SmallDisk } from './small-disk'

const long = process.env.TOKENIM_FAULTS === 'long'
const fills = long ? 40 : 10
/** In the slow tier one is longer than a node's lease, which is not renewed meanwhile. */
const fullMs = (fill: number) => (long && fill === 0 ? 40_000 : 300)
const healsWithinMs = 5_000

it(
  `[D9] [D8] [F4] [S4] a disk that is full ${fills} times: 507 for writes, reads go on, heals by itself, nothing acked is lost`,
  { timeout: 120_000 + fills * 30_000 },
  async () => {
    let disk: SmallDisk | undefined
    const server = await launchServer(undefined, {
      env: { RATE_LIMIT_FACTOR: '100000' },
      prepare: async ({ DATA_DIR = '' }) => void (disk = mountSmallDisk(DATA_DIR, 64)),
    })
    const url = () => server.url
    let load: Load | undefined
    try {
      // The first pair is asked for by this test alone.
      const speaks = (pair: number) => pair > 0
      load = await Load.start({ urls: [url, url], pairs: 5, inFlight: 4, name: 'full', speaks })
      const healed: number[] = []
      for (let fill = 0; fill < fills; fill++) {
        await fillUnderLoad(disk!, load)
        await expectFull(server, load)
        await new Promise((resolve) => setTimeout(resolve, fullMs(fill)))
        disk!.empty()
        healed.push(await load.nextAckMs())
      }
      const verdict = await load.finish()
      expect(await server.terminate()).toBe(0)
      console.log(
        `disk full ${fills} times: ${verdict.acked} acked messages, refusals ${JSON.stringify(load.refusals)}, ` +
          `first ack ${Math.round(Math.max(...healed))} ms after there was room at most, ${JSON.stringify(verdict.broken)}`,
      )
      expect(verdict).toMatchObject({ broken: nothingBroken, examples: [] })
      expect(Object.keys(load.refusals)).toEqual(['storageFull'])
      expect(Math.max(...healed)).toBeLessThan(healsWithinMs)
      expect(integrityOf(path.join(server.dataDir, 'tokenim.db'))).toBe('ok')
    } finally {
      await load?.end()
      await server.kill9()
      disk?.unmount()
      await server.stop()
    }
  },
)

/** Until writes are refused: what the log has of old may still take some. */
async function fillUnderLoad(disk: SmallDisk, load: Load): Promise<void> {
  const { acks, refused } = load
  await waitFor('acks', 30_000, () => load.acks > acks + 50)
  await waitFor('refusals', 30_000, () => {
    disk.fill()
    return load.refused > refused
  })
}

/** On a full disk: REST and socket tell the same of a write, and both answer reads. */
async function expectFull(server: LaunchedServer, load: Load): Promise<void> {
  const [{ a, conversationId } = { a: undefined, conversationId: 0 }] = load.pairs
  const token = a?.token ?? ''
  const body = { kind: 'text' as const, text: 'more than fits '.repeat(limits.messageTextCharsMax / 20) }
  const send = () => ({ conversationId, clientId: freshId(), body, seenSeq: 0 })
  const rest = await refusal(async () => {
    const answer = await fetch(`${server.url}/api/chat.sendMessage`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(send()),
    })
    return { ok: answer.ok, status: answer.status, body: (await answer.json()) as unknown }
  })
  expect(rest).toEqual({ ok: false, status: 507, body: { error: { code: 'storageFull' } } })
  const client = await WireClient.connect(server.url, token)
  const answer = await refusal(() => client.call('chat.sendMessage', send()))
  expect(answer).toEqual({ ok: false, error: { code: 'storageFull' } })
  must(await client.call('sync.pull', { stream: conversationId, since: 0 }))
  client.close()
  must(
    await post(server.url, 'chat.listMessages', { conversationId, beforeSeq: 1_000_000, limit: 50 }, token),
  )
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
}

/** The first that is refused: a log that was started anew meanwhile takes some more. */
async function refusal<A extends { ok: boolean }>(ask: () => Promise<A>): Promise<A | undefined> {
  let answer: A | undefined
  await waitFor('a refusal', 20_000, async () => !(answer = await ask()).ok)
  return answer
}

function integrityOf(file: string): unknown {
  const db = new Database(file)
  const [row] = db.prepare('PRAGMA integrity_check').all() as { integrity_check: string }[]
  db.close()
  return row?.integrity_check
}

it('[D9] a full disk that cannot take the index of the log is a full disk, not a broken one', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tokenim-full-'))
  const disk = mountSmallDisk(folder, 64)
  const file = path.join(folder, 'test.db')
  try {
    const db = await openSqlite({ file })
    const row = () => db.write(async (c) => c.run('INSERT INTO t VALUES (?)', ['x'.repeat(3_000)]))
    await db.write(async (c) => c.run('CREATE TABLE t (a TEXT)'))
    // Who reads holds the log: a pause of a second, after which it would be emptied, changes nothing.
    const reader = new Database(file)
    reader.exec('BEGIN; SELECT * FROM t')
    // The index takes 4062 pages of the log, and 32 KiB more for those after them.
    while (statSync(`${file}-wal`).size < 4_042 * 4_120) await row()
    disk.fill(24 * 4096)
    const refusals = new Set<string>()
    const note = (error: unknown) => {
      const { kind, cause } = error as DbError
      refusals.add(`${kind}: ${(cause as { code: string }).code}`)
    }
    for (let n = 0; n < 40; n++) await row().catch(note)
    expect([...refusals]).toContain('full: SQLITE_IOERR_SHMSIZE')
    expect([...refusals].filter((refusal) => !refusal.startsWith('full: '))).toEqual([])
    disk.empty()
    reader.close()
    await row()
    await db.close()
    expect(integrityOf(file)).toBe('ok')
  } finally {
    disk.unmount()
    rmSync(folder, { recursive: true, force: true })
  }
})
