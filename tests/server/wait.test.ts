/** `sync.wait` over REST on the real server process, and across two nodes on each database. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Output } from '../../protocol'
import type { StreamId, UserId, Version } from '../../protocol/ids'
import { digestOf } from '../../protocol/wire'
import { memoryHub } from '../../server/bus/memory'
import type { Db } from '../../server/db/connection'
import { befriend, freshId, must, post, register, WireClient, type Registered } from '../helpers/wire-client'
import { databases } from './databases'
import { note } from './funnel'
import { launchServer, type LaunchedServer } from './launch'
import { streamsOf, testNode, type Node } from './node'
import { clearNotes, makeNotes } from './notes'

const [ann, bob, talk] = [7, 8, 101]
const streams = streamsOf(new Map([[talk, [ann, bob]]]))
const digestFrom = (heads: { stream: StreamId; version: Version }[]) =>
  digestOf(heads.map(({ stream, version }) => [stream, version]))

describe.each(databases)('[Y14] waiting on $name', ({ open }) => {
  let db: Db
  beforeAll(async () => {
    db = await open()
    await makeNotes(db)
    await clearNotes(db, [ann, bob, talk])
  })
  afterAll(() => db.close())

  async function held(node: Node, user: UserId): Promise<number> {
    const answer = await node.callAs(user, 'sync.heads', {})
    return answer.ok ? digestFrom((answer.value as Output<'sync.heads'>).heads) : NaN
  }
  const wait = (node: Node, userId: UserId, digest: unknown, gone = new AbortController()) =>
    node.dispatch({
      ...{ op: 'sync.wait', input: { digest }, gone: gone.signal },
      caller: { kind: 'user', userId, sessionId: userId * 10, address: '127.0.0.1' },
    })

  it('more calls than the database has readers wait, and others read beside them', async () => {
    const hub = memoryHub()
    const [one, two] = [testNode(db, streams, hub.join()), testNode(db, streams, hub.join())]
    const digest = await held(two, bob)
    const waiting = Array.from({ length: 20 }, () => wait(two, bob, digest))
    expect(await held(two, bob)).toBe(digest)
    await one.call('notes.write', note([talk]))
    const answers = await Promise.all(waiting)
    const moved = await held(one, bob)
    expect(moved).not.toBe(digest)
    expect(answers).toEqual(Array(20).fill({ ok: true, value: { digest: moved } }))
  })
  it('passes the checks of the funnel: caller, schema, a transport that sees callers leave', async () => {
    const node = testNode(db, streams, memoryHub().join())
    const gone = new AbortController().signal
    const anonymous = { kind: 'anonymous', address: '127.0.0.1' } as const
    const call = { op: 'sync.wait', input: { digest: 1 } }
    const codeOf = async (answer: ReturnType<Node['dispatch']>) => {
      const result = await answer
      return result.ok ? undefined : result.error.code
    }
    expect(await codeOf(node.dispatch({ ...call, gone, caller: anonymous }))).toBe('unauthenticated')
    for (const digest of [-1, 2 ** 32, 0.5, '1', undefined])
      expect(await codeOf(wait(node, bob, digest))).toBe('invalidInput')
    expect(await codeOf(node.callAs(bob, 'sync.wait', { digest: 1 }))).toBe('forbidden')
  })
})

describe('[Y14] waiting over REST', () => {
  let server: LaunchedServer
  let anna: Registered
  let bo: Registered
  let conversationId: number
  beforeAll(async () => {
    server = await launchServer(undefined, { env: { RATE_LIMIT_FACTOR: '100' } })
    ;[anna, bo] = await Promise.all([register(server.url, 'wait_anna'), register(server.url, 'wait_bo')])
    conversationId = await befriend(server.url, anna, bo)
  })
  afterAll(() => server.stop())
  const held = async ({ token }: Registered) =>
    digestFrom(must(await post(server.url, 'sync.heads', {}, token)).heads)
  const send = () =>
    post(
      server.url,
      'chat.sendMessage',
      { conversationId, clientId: freshId(), seenSeq: 0, body: { kind: 'text', text: 'x' } },
      anna.token,
    )

  it('tells of a message within a moment, again and again', async () => {
    for (let round = 0; round < 5; round++) {
      const waiting = post(server.url, 'sync.wait', { digest: await held(bo) }, bo.token)
      must(await send())
      expect(must(await waiting).digest).toBe(await held(bo))
    }
  })
  it('is forbidden over the socket', async () => {
    const client = await WireClient.connect(server.url, bo.token)
    expect(await client.call('sync.wait', { digest: await held(bo) })).toMatchObject({
      error: { code: 'forbidden' },
    })
    client.close()
  })
  it('a caller who left makes no work and takes no room', async () => {
    const digest = await held(bo)
    for (let round = 0; round < 60; round++) {
      const left = new AbortController()
      const call = fetch(`${server.url}/api/sync.wait`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${bo.token}` },
        body: JSON.stringify({ digest }),
        signal: left.signal,
      })
      await new Promise((resolve) => setTimeout(resolve, 5))
      left.abort()
      await expect(call).rejects.toThrow()
    }
    const waiting = post(server.url, 'sync.wait', { digest }, bo.token)
    must(await send())
    expect(must(await waiting).digest).toBe(await held(bo))
  })
  it('[A6] ends with unauthenticated when the device signs out', async () => {
    const signedIn = must(
      await post(server.url, 'accounts.signIn', {
        ...{ account: 'wait_bo', password: 'correct horse 1', device: { name: 'second', platform: 'other' } },
      }),
    )
    const digest = await held(bo)
    const waiting = post(server.url, 'sync.wait', { digest }, signedIn.accessToken)
    const other = post(server.url, 'sync.wait', { digest }, bo.token)
    await new Promise((resolve) => setTimeout(resolve, 100))
    must(await post(server.url, 'accounts.signOut', {}, signedIn.accessToken))
    expect(await waiting).toMatchObject({ error: { code: 'unauthenticated' } })
    must(await send())
    must(await other)
  })
  it('[F11] ends with draining when the server stops', async () => {
    const digest = await held(bo)
    // A user has 20: when the oldest has made room for one more, the others wait.
    const calls = Array.from({ length: 21 }, () => post(server.url, 'sync.wait', { digest }, bo.token))
    expect(must(await Promise.race(calls))).toEqual({ digest })
    const code = server.terminate()
    const ends = (await Promise.all(calls)).map((answer) => (answer.ok ? 'enough' : answer.error.code))
    expect(ends.sort()).toEqual([...Array<string>(20).fill('draining'), 'enough'])
    expect(await code).toBe(0)
    await server.restart()
  })
})
