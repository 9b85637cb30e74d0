/** The end of a session reaches every node though no hint does. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { closeCodes } from '../../protocol/wire'
import { memoryHub } from '../../server/bus/memory'
import type { Db } from '../../server/db/connection'
import { readNotices, recordNotices } from '../../server/sync/notices'
import { must, post, register, WireClient } from '../helpers/wire-client'
import { databases } from './databases'
import { note, testIds } from './funnel'
import { streamsOf, testNode } from './node'
import { clearNotes, makeNotes } from './notes'
import { sharedBackends, twoServers } from './siblings'

const ended = { to: { userId: 1 }, event: 'session.ended', data: { reason: 'revoked', at: 1 } } as const

describe.each(databases)('[A9] notices on $name', ({ open }) => {
  let db: Db
  beforeAll(async () => {
    db = await open()
    await makeNotes(db)
    await clearNotes(db, [7])
  })
  afterEach(() => db.write(async (c) => c.run('DELETE FROM notices')))
  afterAll(() => db.close())
  const two = () => {
    const nodes = [1, 2].map(() => testNode(db, streamsOf(new Map()), memoryHub().join()))
    return nodes as [(typeof nodes)[0], (typeof nodes)[0]]
  }

  it('are told on a node that gets no hints when it reads what is new', async () => {
    const [one, other] = two()
    await other.sync.poll()
    expect(await one.call('notes.write', note([7]))).toMatchObject({ ok: true })
    expect([one.told, other.told]).toEqual([[ended], []])
    await other.sync.poll()
    expect(other.told).toEqual([ended])
  })
  it('of a call that was refused are not told', async () => {
    const [one, other] = two()
    expect(await one.call('notes.write', note([7], 'refuse'))).toMatchObject({ ok: false })
    await other.sync.poll()
    expect([one.told, other.told]).toEqual([[], []])
  })
  it('that commit late, with an id lower than one already read, are not missed', async () => {
    const at = (ms: number) => () => 1e9 * 4096 + ms * 4096
    const tell = (userId: number, ms: number) =>
      db.write((c) => recordNotices(c, [{ ...ended, to: { userId, sessionId: 5 } }], at(ms)))
    await tell(1, 20_000)
    const { newest } = await db.read(async (c) => readNotices(c))
    await tell(2, 11_000)
    await tell(3, 9_000)
    const { notices } = await db.read(async (c) => readNotices(c, newest))
    expect(notices.map(({ to }) => to)).toEqual([
      { userId: 2, sessionId: 5 },
      { userId: 1, sessionId: 5 },
    ])
  })
  it('are forgotten after ten minutes', async () => {
    const newId = testIds()
    await db.write((c) => recordNotices(c, Array(40).fill(ended), () => newId() - 11 * 60_000 * 4096))
    await db.write((c) => recordNotices(c, Array(3).fill(ended), newId))
    expect(await db.read(async (c) => c.all('SELECT id FROM notices'))).toHaveLength(3)
  })
})

/** No Redis: each node's bus ends in its own process. */

describe.each(sharedBackends)('two servers on $name without a bus', (store) => {
  const urls = twoServers(store, { RATE_LIMIT_FACTOR: '100' })

  it('[A9] [A6] [Y14] signing out on one closes the sockets and waiting calls of the device on the other', async () => {
    const [one, two] = urls()
    const anna = await register(one, 'notices_anna')
    const device = { name: 'other', platform: 'other' } as const
    const input = { account: 'notices_anna', password: 'correct horse 1', device }
    for (let round = 0; round < 4; round++) {
      const { accessToken } = must(await post(one, 'accounts.signIn', input))
      const sockets = [
        await WireClient.connect(two, accessToken),
        await WireClient.connect(two, accessToken),
      ] as const
      const stays = await WireClient.connect(two, anna.token)
      const told = sockets[0].next((frame) => frame.t === 'ev' && frame.ev === 'session.ended')
      const digest = await digestOver(stays)
      const waiting = post(two, 'sync.wait', { digest }, accessToken)
      must(await post(one, 'accounts.signOut', {}, accessToken))
      expect(await Promise.all(sockets.map(({ closed }) => closed))).toEqual(
        Array(2).fill(closeCodes.unauthenticated),
      )
      expect(await told).toMatchObject({ data: { reason: 'signedOut' } })
      expect(await waiting).toMatchObject({ error: { code: 'unauthenticated' } })
      must(await stays.call('sync.heads', {}))
      stays.close()
    }
  })
})

async function digestOver(client: WireClient): Promise<number> {
  const came = client.next(({ t }) => t === 'pong')
  client.send({ t: 'ping' })
  const frame = await came
  return frame.t === 'pong' ? frame.digest : NaN
}
