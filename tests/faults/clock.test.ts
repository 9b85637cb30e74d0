/**
 * Clocks that jump by days under load. On SQLite the database's clock is the server's and jumps with it; on MariaDB the clock
 * of one of two servers jumps. Order, ids and sessions go on as if nothing had happened.
 */
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { accessLifeMs } from '../../server/accounts/tokens'
import type { Db } from '../../server/db/connection'
import { openMysql } from '../../server/db/mysql'
import { openSqlite } from '../../server/db/sqlite'
import { timeOfId } from '../../server/ids'
import { limits } from '../../protocol/limits'
import { must, post, register, WireClient } from '../helpers/wire-client'
import { nothingBroken } from '../history'
import { launchServer, type LaunchedServer } from '../server/launch'
import { fakeClock, type FakeClock } from './fake-clock'
import { Load, waitFor, type Pair } from './load'
import { startMariadb } from './mariadb-instance'

const hour = 3600_000
const jumps = [72 * hour, -hour, 0]
/** Beyond the next renewal of a node's number. */
const afterJumpMs = 11_000
const acksAfterJump = 100

/** The server whose clock jumps, the one that the second of each pair talks to, and their database when they have ended. */
interface Site {
  clock: FakeClock
  jumping: LaunchedServer
  other: LaunchedServer
  /** Has the database another clock than the server that jumps? */
  databaseKeepsTime: boolean
  openDb(): Promise<Db>
  end(): Promise<void>
}
const ends: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const end of ends.reverse()) await end()
})

async function sqliteSite(): Promise<Site> {
  const clock = fakeClock()
  ends.push(async () => clock.remove())
  const server = await launchServer(undefined, { env: { ...clock.env, RATE_LIMIT_FACTOR: '100000' } })
  ends.push(() => server.stop())
  const openDb = () => openSqlite({ file: path.join(server.dataDir, 'tokenim.db') })
  return { clock, jumping: server, other: server, databaseKeepsTime: false, openDb, end: server.kill9 }
}

async function mariadbSite(): Promise<Site> {
  const clock = fakeClock()
  const database = await startMariadb()
  ends.push(
    async () => clock.remove(),
    () => database.stop(),
  )
  const launch = async (more: Record<string, string>) => {
    const env = { DATABASE_URL: database.url, JWT_SECRET: 'one secret of both: 0123456789 abcdef', ...more }
    const server = await launchServer(undefined, { env: { RATE_LIMIT_FACTOR: '100000', ...env } })
    ends.push(() => server.stop())
    return server
  }
  const [other, jumping] = [await launch({}), await launch(clock.env)]
  const end = async () => void (await Promise.all([jumping.kill9(), other.kill9()]))
  return {
    clock,
    jumping,
    other,
    databaseKeepsTime: true,
    openDb: () => openMysql({ url: database.url }),
    end,
  }
}

describe.concurrent('a clock that jumps 3 days ahead, an hour behind, and back', () => {
  it.each([
    ['on SQLite', sqliteSite],
    ['on one of two servers on MariaDB', mariadbSite],
  ])(
    '[D6] [D7] [D8] [S2] [S5] [A4] %s: order, ids and sessions go on',
    { timeout: 240_000 },
    async (name, open) => {
      const site = await open()
      const urls = [() => site.jumping.url, () => site.other.url] as const
      const load = await Load.start({ urls, pairs: 4, inFlight: 4, everyMs: 20, name: 'clock' })
      try {
        const users: number[] = []
        for (const jump of jumps) {
          await jumpUnderLoad(site, load, jump)
          users.push((await register(site.jumping.url, `late-${users.length}`)).userId)
        }
        await site.jumping.kill9()
        await site.jumping.restart()
        users.push((await register(site.jumping.url, 'restarted')).userId)
        const verdict = await load.finish()
        expect(verdict).toMatchObject({ broken: nothingBroken, examples: [] })
        expect(load.refusals).toEqual({})
        for (const pair of load.pairs) await expectTimesInOrder(site.other.url, pair)
        await site.end()
        const ids = await expectIdsInOrder(site, users)
        console.log(
          `clock jumps ${name}: ${verdict.acked} acked messages, refusals ${JSON.stringify(load.refusals)}, ` +
            `${ids} changes with ids in order, ${JSON.stringify(verdict.broken)}`,
        )
      } finally {
        await load.end()
      }
    },
  )
})

/** Writes go on at once, and still after the node's number was renewed; only a server that is alone with its time is ready. */
async function jumpUnderLoad(site: Site, load: Load, jump: number): Promise<void> {
  const { clock, jumping, other, databaseKeepsTime } = site
  const before = await newSession(jumping.url, load, `before ${jump}`, clock.aheadMs)
  await clock.set(jump, jumping.url)
  const until = performance.now() + afterJumpMs
  const goOn = () => {
    const { acks } = load
    return waitFor(`acks after ${jump}`, 10_000, () => load.acks > acks + acksAfterJump)
  }
  await goOn()
  expect((await fetch(`${jumping.url}/readyz`)).status).toBe(databaseKeepsTime && jump !== 0 ? 503 : 200)
  if (databaseKeepsTime) expect((await fetch(`${other.url}/readyz`)).status).toBe(200)
  await expectSessionGoesOn(jumping.url, before, jump)
  if (jump === 0) return
  await waitFor('the renewal', afterJumpMs * 2, () => performance.now() > until)
  await goOn()
}

interface Session {
  aheadMs: number
  accessToken: string
  refreshToken: string
}
async function newSession(url: string, load: Load, name: string, aheadMs: number): Promise<Session> {
  const device = { name, platform: 'other' as const }
  const input = { account: load.pairs[0]?.a.account ?? '', password: 'correct horse 1', device }
  const { accessToken, refreshToken } = must(await post(url, 'accounts.signIn', input))
  return { aheadMs, accessToken, refreshToken }
}

/** Access tokens end when the clock says so; a refresh always gives one that holds, on REST and on sockets. */
async function expectSessionGoesOn(url: string, before: Session, aheadMs: number): Promise<void> {
  const holds = aheadMs < before.aheadMs + accessLifeMs
  expect((await post(url, 'sync.heads', {}, before.accessToken)).ok).toBe(holds)
  const { refreshToken } = before
  const { accessToken } = must(await post(url, 'accounts.refresh', { refreshToken }))
  must(await post(url, 'sync.heads', {}, accessToken))
  const client = await WireClient.connect(url, accessToken)
  must(await client.call('sync.heads', {}))
  client.close()
}

/** The time of a message never goes back in its conversation (S5). */
async function expectTimesInOrder(url: string, { a, conversationId }: Pair): Promise<void> {
  let after = Infinity
  for (let beforeSeq = Number.MAX_SAFE_INTEGER; ;) {
    const input = { conversationId, beforeSeq, limit: limits.pageRowsMax }
    const { rows, more } = must(await post(url, 'chat.listMessages', input, a.token))
    for (const { at } of rows.reverse()) {
      expect(at).toBeLessThanOrEqual(after)
      after = at
    }
    if (!more) return
    beforeSeq = rows.at(-1)?.seq ?? 1
  }
}

/** Ids of one node rise with the versions of a stream; where the database keeps time, none is ahead of it. Gives their number. */
async function expectIdsInOrder(
  { openDb, databaseKeepsTime }: Site,
  users: readonly number[],
): Promise<number> {
  const db = await openDb()
  const sql = 'SELECT id, stream, version FROM changes ORDER BY stream, version'
  const changes = await db.read(async (c) => c.all<{ id: number; stream: number; version: number }>(sql))
  await db.close()
  const last = new Map<string, number>()
  for (const { id, stream } of changes) {
    const key = `${stream} by ${Math.floor(id / 128) % 32}`
    expect(id, key).toBeGreaterThan(last.get(key) ?? 0)
    last.set(key, id)
  }
  const inOrder = databaseKeepsTime ? users : users.slice(0, jumps.length)
  expect(inOrder).toEqual([...inOrder].sort((a, b) => a - b))
  expect(new Set(users).size).toBe(users.length)
  const newest = changes.reduce((max, { id }) => Math.max(max, id), 0)
  if (databaseKeepsTime) expect(timeOfId(newest)).toBeLessThan(Date.now() + 1_000)
  return changes.length
}
