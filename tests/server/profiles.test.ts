/** Whose profile somebody sees, and what comes of guessing ids (A21, A22). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { missLimit } from '../../server/accounts'
import { befriend as befriendOver, post, register, WireClient } from '../helpers/wire-client'
import { databases } from './databases'
import { launchServer, type LaunchedServer } from './launch'
import { befriend, createWorld, freshClientId, type Person, type World } from './world'

describe.each(databases)('profiles on $name', ({ open }) => {
  let world: World
  let anna: Person
  let bo: Person
  beforeAll(async () => void (world = await createWorld(await open())))
  beforeEach(async () => void ([anna, bo] = [await world.person('Anna'), await world.person('Bo')]))
  afterAll(async () => world.close())
  const day = 24 * 3600_000

  const look = (by: Person, ids: readonly number[], have = 0) =>
    by.call('accounts.getProfiles', { profiles: ids.map((id) => ({ id, have })) })
  async function seen(by: Person, ...people: readonly Person[]): Promise<string[]> {
    const answer = await look(
      by,
      people.map(({ userId }) => userId),
    )
    return answer.ok ? answer.value.profiles.map(({ name }) => name).sort() : [answer.error.code]
  }
  const ask = (from: Person, to: Person) =>
    from.must('contacts.requestFriend', { clientId: freshClientId(), userId: to.userId, message: '' })

  it('[A21] of strangers are not seen, and answered like ids of nobody', async () => {
    expect(await seen(anna, bo)).toEqual([])
    const [stranger, nobody] = [await look(anna, [bo.userId], 1), await look(anna, [bo.userId + 1], 1)]
    expect(stranger).toEqual(nobody)
    expect(stranger).toEqual({ ok: true, value: { profiles: [] } })
  })
  it('[A21] of oneself, of contacts and of people in shared conversations are seen', async () => {
    await befriend(anna, bo)
    expect(await seen(anna, anna, bo)).toEqual(['Anna', 'Bo'])
    await world.db.write(async (c) => c.run('delete from contacts where user_id = ?', [anna.userId]))
    await world.db.write(async (c) => c.run('delete from requests where from_id = ?', [anna.userId]))
    expect([await seen(anna, bo), await seen(bo, anna)]).toEqual([['Bo'], ['Anna']])
  })
  it('[A21, C4] of those who asked and were asked are seen, also after a refusal of which the sender knows nothing', async () => {
    const { requestId } = await ask(anna, bo)
    expect([await seen(anna, bo), await seen(bo, anna)]).toEqual([['Bo'], ['Anna']])
    await bo.must('contacts.refuseRequest', { clientId: freshClientId(), requestId })
    expect([await seen(anna, bo), await seen(bo, anna)]).toEqual([['Bo'], ['Anna']])
  })
  it('[A21, C1] of those who were found are seen by the one who found them, for a week', async () => {
    await anna.must('contacts.searchAccount', { account: bo.account.toUpperCase() })
    expect([await seen(anna, bo), await seen(bo, anna)]).toEqual([['Bo'], []])
    world.clock.advance(6 * day)
    expect(await seen(anna, bo)).toEqual(['Bo'])
    world.clock.advance(day)
    expect(await seen(anna, bo)).toEqual([])
    await anna.must('contacts.searchAccount', { account: bo.account })
    expect(await seen(anna, bo)).toEqual(['Bo'])
  })
  it('[A21] who finds nobody, or himself, is told so and nothing is kept', async () => {
    await anna.must('contacts.searchAccount', { account: anna.account })
    await anna.must('contacts.searchAccount', { account: 'nobody_at_all' })
    const finds = await world.db.read(async (c) =>
      c.all('select * from finds where user_id = ?', [anna.userId]),
    )
    expect(finds).toEqual([])
  })
  it('[A21, L4] only the newest hundred finds of each user are kept', async () => {
    for (let n = 0; n < 120; n++) {
      const bind = [anna.userId, 1_000_000 + n, world.clock.now() - 1_000 + n]
      await world.db.write(async (c) =>
        c.run('insert into finds (user_id, found_id, at) values (?, ?, ?)', bind),
      )
    }
    await anna.must('contacts.searchAccount', { account: bo.account })
    const kept = await world.db.read(async (c) =>
      c.all<{ found_id: number }>('select found_id from finds where user_id = ? order by at', [anna.userId]),
    )
    expect([kept.length, kept[0]?.found_id, kept.at(-1)?.found_id]).toEqual([100, 1_000_021, bo.userId])
  })

  it('[A22] are looked for in vain twenty times a minute, and then no call that misses tells anything', async () => {
    await befriend(anna, bo)
    for (let n = 1; n <= missLimit.count; n++) expect(await look(anna, [n])).toMatchObject({ ok: true })
    const refused = { ok: false, error: { code: 'tooManyRequests', data: { retryAfterMs: 60_000 } } }
    expect(await look(anna, [999])).toEqual(refused)
    expect(await look(anna, [bo.userId, 999])).toEqual(refused)
    expect(await seen(anna, bo, anna)).toEqual(['Anna', 'Bo'])
    expect(await look(bo, [999])).toMatchObject({ ok: true })
    world.clock.advance(missLimit.windowMs)
    expect(await look(anna, [bo.userId, 999])).toMatchObject({ ok: true })
  })
  it('[A22] a hundred guesses at once are refused as a whole', async () => {
    await befriend(anna, bo)
    const guesses = Array.from({ length: 99 }, (_, n) => n + 1)
    expect(await look(anna, [bo.userId, ...guesses])).toMatchObject({ error: { code: 'tooManyRequests' } })
    expect(await look(anna, Array(50).fill(bo.userId) as number[])).toMatchObject({ ok: true })
  })
})

describe('profiles over sockets and REST', { timeout: 60_000 }, () => {
  let server: LaunchedServer
  beforeAll(async () => void (server = await launchServer()), 120_000)
  afterAll(() => server.stop())

  it('[A21, A22] guesses on both count together, and finds are kept over a restart', async () => {
    const [me, friend, stranger] = [
      await register(server.url, 'prof_me'),
      await register(server.url, 'prof_friend'),
      await register(server.url, 'prof_stranger'),
    ]
    await befriendOver(server.url, me, friend)
    const socket = await WireClient.connect(server.url, me.token)
    const want = (...ids: number[]) => ({ profiles: ids.map((id) => ({ id, have: 0 })) })
    const bySocket = (...ids: number[]) => socket.call('accounts.getProfiles', want(...ids))
    const byRest = (...ids: number[]) => post(server.url, 'accounts.getProfiles', want(...ids), me.token)
    const names = ({ ok: isOk, ...rest }: Awaited<ReturnType<typeof byRest>>) =>
      isOk && 'value' in rest ? rest.value.profiles.map(({ account }) => account) : undefined

    expect(names(await bySocket(stranger.userId, friend.userId))).toEqual(['prof_friend'])
    expect(names(await byRest(stranger.userId, friend.userId))).toEqual(['prof_friend'])
    await socket.call('contacts.searchAccount', { account: 'prof_stranger' })
    expect(names(await byRest(stranger.userId))).toEqual(['prof_stranger'])

    for (let n = 2; n < missLimit.count; n++) expect((await (n % 2 ? bySocket : byRest)(n)).ok).toBe(true)
    for (const call of [bySocket, byRest])
      expect(await call(999)).toMatchObject({ ok: false, error: { code: 'tooManyRequests' } })
    expect(names(await bySocket(stranger.userId, friend.userId))?.sort()).toEqual([
      'prof_friend',
      'prof_stranger',
    ])

    await server.terminate()
    await server.restart()
    expect(names(await byRest(stranger.userId))).toEqual(['prof_stranger'])
  })
})
