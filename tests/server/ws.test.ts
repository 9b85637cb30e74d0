/** The socket of the real server process, over the real network: every rule W of SPEC.md. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { StreamId, Version } from '../../protocol/ids'
import { limits } from '../../protocol/limits'
import { PROTOCOL_VERSION } from '../../protocol/version'
import { closeCodes, decodeDown, digestOf, encode, type Down } from '../../protocol/wire'
import { befriend, freshId, must, post, register, WireClient, type Registered } from '../helpers/wire-client'
import { launchServer, type LaunchedServer } from './launch'

let server: LaunchedServer
let anna: Registered
let bo: Registered
let conversationId: number

beforeAll(async () => {
  server = await launchServer(undefined, {
    env: { PUBLIC_ORIGINS: 'https://pages.example.org', RATE_LIMIT_FACTOR: '10' },
  })
  ;[anna, bo] = await Promise.all([register(server.url, 'ws_anna'), register(server.url, 'ws_bo')])
  conversationId = await befriend(server.url, anna, bo)
})
afterAll(() => server.stop())

const wsUrl = (query = '') => `${server.url.replace(/^http/, 'ws')}/ws${query}`
const textOf = (text: string) => ({
  ...{ conversationId, clientId: freshId(), seenSeq: 0 },
  body: { kind: 'text' as const, text },
})

/** A socket without a client: messages as they came, and the close code. */
function raw(query = '', headers: Record<string, string> = {}) {
  const socket = new WebSocket(wsUrl(query), { headers })
  const messages: string[] = []
  socket.on('error', () => undefined)
  socket.on('message', (data: Buffer) => messages.push(data.toString()))
  return {
    socket,
    messages,
    frames: (): Down[] => messages.flatMap(decodeDown),
    opened: new Promise<void>((resolve) => socket.on('open', resolve)),
    closed: new Promise<number>((resolve) => socket.on('close', resolve)),
    refused: new Promise<number | undefined>((resolve) =>
      socket.on('unexpected-response', (_request, response) => {
        resolve(response.statusCode)
        response.destroy()
      }),
    ),
  }
}
async function greeted(token: string, headers: Record<string, string> = {}) {
  const line = raw('', headers)
  await line.opened
  line.socket.send(encode({ t: 'hello', v: PROTOCOL_VERSION, token, features: [] }))
  await until(() => line.frames().some(({ t }) => t === 'welcome'))
  line.messages.length = 0
  return line
}
const until = (holds: () => boolean): Promise<void> => expect.poll(holds).toBe(true)

describe('hello', () => {
  it('[W2] a token in the address counts for nothing: without a hello the socket closes', async () => {
    const start = performance.now()
    const line = raw(`?token=${anna.token}`)
    expect(await line.closed).toBe(closeCodes.unauthenticated)
    expect(performance.now() - start).toBeGreaterThanOrEqual(limits.helloDeadlineMs)
    expect(line.frames()).toMatchObject([{ t: 'bye', error: { code: 'unauthenticated' } }])
  })
  it('[W3] a token that holds is welcomed with user and time', async () => {
    const line = raw()
    await line.opened
    const asked = Date.now()
    line.socket.send(encode({ t: 'hello', v: PROTOCOL_VERSION, token: anna.token, features: ['new'] }))
    await until(() => line.messages.length > 0)
    const [welcome] = line.frames()
    expect(welcome).toMatchObject({ t: 'welcome', v: PROTOCOL_VERSION, userId: anna.userId, features: [] })
    const now = welcome?.t === 'welcome' ? welcome.now : 0
    expect([asked <= now, now <= Date.now()]).toEqual([true, true])
    line.socket.close()
  })
  it.each([
    [
      'a token that does not hold',
      PROTOCOL_VERSION,
      'nonsense',
      'unauthenticated',
      closeCodes.unauthenticated,
    ],
    ['an old protocol', 0, '', 'versionUnsupported', closeCodes.badFrame],
  ])('[W3] %s gets bye and a close', async (_name, v, token, code, closeCode) => {
    const line = raw()
    await line.opened
    line.socket.send(encode({ t: 'hello', v, token, features: [] }))
    expect(await line.closed).toBe(closeCode)
    expect(line.frames()).toMatchObject([{ t: 'bye', error: { code } }])
  })
})

describe('frames', () => {
  it.each<[string, string | Buffer]>([
    ['binary', Buffer.from('{"t":"ping"}')],
    ['no JSON', 'hello?'],
    ['no frame', '{"t":"req","id":"1"}'],
    ['too deep', `{"t":"req","id":1,"op":"x","in":${'{"a":'.repeat(20)}1${'}'.repeat(20)}}`],
  ])('[W1] %s closes with 4400', async (_name, message) => {
    const line = await greeted(anna.token)
    line.socket.send(message)
    expect(await line.closed).toBe(closeCodes.badFrame)
  })
  it('[W5] a message over 64 KiB closes the socket, one below does not', async () => {
    const line = await greeted(anna.token)
    const frame = (chars: number) =>
      encode({ t: 'req', id: 1, op: 'chat.sendMessage', in: 'x'.repeat(chars) })
    line.socket.send(frame(60_000))
    await until(() => line.messages.length > 0)
    expect(line.frames()).toMatchObject([{ t: 'res', id: 1, ok: false, error: { code: 'invalidInput' } }])
    line.socket.send(frame(limits.frameInBytesMax))
    expect(await line.closed).toBe(1009)
  })
  it('[W4] each of many requests at once, good and bad, gets one answer with its id', async () => {
    const line = await greeted(anna.token)
    const calls: [string, unknown][] = [
      ['sync.heads', {}],
      ['sync.pull', { stream: anna.userId, since: 0 }],
      ['no.such', {}],
      ['constructor', {}],
      ['chat.sendMessage', null],
      ['chat.sendMessage', { ...textOf('x'), __proto__: null, extra: 1 }],
    ]
    const asked = Array.from({ length: 60 }, (_, id) => ({ id, call: calls[id % calls.length]! }))
    for (const { id, call } of asked) line.socket.send(encode({ t: 'req', id, op: call[0], in: call[1] }))
    await until(() => line.frames().length >= asked.length)
    await new Promise((resolve) => setTimeout(resolve, 100))
    const answers = line.frames().map((frame) => (frame.t === 'res' ? frame : undefined))
    expect(answers.map((frame) => frame?.id).sort((a, b) => (a ?? 0) - (b ?? 0))).toEqual(
      asked.map(({ id }) => id),
    )
    const codes = answers.flatMap((frame) => (frame && !frame.ok ? [frame.error.code] : []))
    expect(new Set(codes)).toEqual(new Set(['unknownOperation', 'invalidInput']))
    line.socket.close()
  })
  it('[W1] [W7] what one commit tells a phone comes as one message: its answer and the rows', async () => {
    const line = await greeted(anna.token)
    const send = (id: number) =>
      line.socket.send(encode({ t: 'req', id, op: 'chat.sendMessage', in: textOf('x') }))
    send(1)
    await until(() => line.frames().length >= 2)
    line.messages.length = 0
    send(2)
    await until(() => line.frames().length >= 2)
    expect(line.messages).toHaveLength(1)
    expect(
      line
        .frames()
        .map(({ t }) => t)
        .sort(),
    ).toEqual(['ev', 'res'])
    line.socket.close()
  })
  it('[W5] [W7] a burst of large messages arrives in messages of at most 256 KiB, all of it', async () => {
    const line = await greeted(bo.token)
    const input = () => textOf('汉'.repeat(limits.messageTextCharsMax))
    await Promise.all(
      Array.from({ length: 60 }, async () =>
        must(await post(server.url, 'chat.sendMessage', input(), anna.token)),
      ),
    )
    const texts = () => JSON.stringify(line.frames()).split('"k":"message"').length - 1
    await until(() => texts() >= 60)
    for (const message of line.messages)
      expect(Buffer.byteLength(message)).toBeLessThanOrEqual(limits.frameOutBytesMax)
    line.socket.close()
  })
})

describe('pings', () => {
  it('[W6] [Y9] the pong is the digest of what sync.heads says', async () => {
    const client = await WireClient.connect(server.url, anna.token)
    const pong = client.next(({ t }) => t === 'pong')
    client.send({ t: 'ping' })
    const frame = await pong
    const { heads, cursor } = must(await client.call('sync.heads', {}))
    expect(cursor).toBeNull()
    expect(heads.map(({ stream }) => stream).sort()).toEqual([anna.userId, conversationId].sort())
    const pairs = heads.map(({ stream, version }): [StreamId, Version] => [stream, version])
    expect(frame).toEqual({ t: 'pong', digest: digestOf(pairs) })
    client.close()
  })
})

describe('a slow phone', () => {
  it('[W7] is closed with 4408 and comes back, and others go on', async () => {
    const [slow, fast] = [await greeted(bo.token), await WireClient.connect(server.url, anna.token)]
    const said = async () =>
      must(await fast.call('chat.sendMessage', textOf('汉'.repeat(limits.messageTextCharsMax))))
    const texts = () => JSON.stringify(slow.frames()).split('"k":"message"').length - 1
    let code: number | undefined
    void slow.closed.then((closed) => (code = closed))
    // 15 KB each: at last more than the kernels of both ends take on a line that nobody reads. By and by, since a phone
    // that does not answer the close for long is cut.
    for (let rounds = 15; code === undefined; rounds += 5) {
      slow.messages.length = 0
      slow.socket.pause()
      for (let n = 0; n < rounds; n++) await Promise.all(Array.from({ length: 20 }, said))
      slow.socket.resume()
      await until(() => code !== undefined || texts() >= rounds * 20)
    }
    expect(code).toBe(closeCodes.resync)
    expect(slow.frames().at(-1)).toMatchObject({ t: 'bye', error: { code: 'overloaded' } })
    const again = await greeted(bo.token)
    await said()
    await until(() => again.frames().some(({ t }) => t === 'ev'))
    again.socket.close()
    fast.close()
  })
})

describe('who may open a socket', () => {
  it.each([
    ['no page', {}],
    ['its own pages', 'own'],
    ['a listed origin', { origin: 'https://pages.example.org' }],
  ])('[W9] %s', async (_name, given) => {
    const headers = given === 'own' ? { origin: server.url } : (given as Record<string, string>)
    const line = await greeted(anna.token, headers)
    line.socket.close()
  })
  it.each(['null', 'https://evil.example.org', 'https://pages.example.org.evil.example.org'])(
    '[W9] not a page of %s',
    async (origin) => {
      expect(await raw('', { origin }).refused).toBe(403)
    },
  )
  it('no other path', async () => {
    const socket = new WebSocket(wsUrl().replace('/ws', '/other'))
    const status = await new Promise((resolve) =>
      socket
        .on('unexpected-response', (_request, response) => resolve(response.statusCode))
        .on('error', () => undefined),
    )
    expect(status).toBe(404)
  })
  it('an address has only so many', async () => {
    const small = await launchServer(undefined, { env: { SOCKETS_PER_ADDRESS: '4' } })
    const url = `${small.url.replace(/^http/, 'ws')}/ws`
    const first = new WebSocket(url)
    await new Promise((resolve) => first.on('open', resolve))
    const second = new WebSocket(url)
    const status = await new Promise((resolve) =>
      second
        .on('unexpected-response', (_request, response) => resolve(response.statusCode))
        .on('error', () => undefined),
    )
    expect(status).toBe(429)
    first.terminate()
    await small.stop()
  })
})

describe('signing out', () => {
  it('[A6] closes the sockets of that session and says why; other devices stay', async () => {
    const device = { name: 'second', platform: 'other' as const }
    const input = { account: anna.account, password: 'correct horse 1', device }
    const second = must(await post(server.url, 'accounts.signIn', input)).accessToken
    const [one, two] = [await greeted(anna.token), await greeted(second)]
    must(await post(server.url, 'accounts.signOut', {}, second))
    expect(await two.closed).toBe(closeCodes.unauthenticated)
    expect(two.frames()).toMatchObject([{ t: 'ev', ev: 'session.ended', data: { reason: 'signedOut' } }])
    expect(one.socket.readyState).toBe(WebSocket.OPEN)
    one.socket.close()
  })
})
