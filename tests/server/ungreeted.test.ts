/** Sockets that never say hello, from many addresses of the loopback network, on the real server (L9). */
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket, type ClientOptions } from 'ws'
import { PROTOCOL_VERSION } from '../../protocol/version'
import { decodeDown, encode } from '../../protocol/wire'
import { register, type Registered } from '../helpers/wire-client'
import { launchServer, type LaunchedServer } from './launch'

/** Of 490 connections 420 may be sockets, of these 105 without a hello. */
const connections = '490'

describe.each([
  ['from addresses of their own', {}, (n: number): ClientOptions => ({ localAddress: `127.0.0.${n}` })],
  [
    'behind a trusted proxy',
    { TRUST_PROXY: '1' },
    (n: number): ClientOptions => ({ headers: { 'x-forwarded-for': `203.0.113.${n}:${40_000 + n}` } }),
  ],
])('sockets without a hello %s', (_name, env, from) => {
  let server: LaunchedServer
  let anna: Registered
  const sockets = new Set<WebSocket>()
  beforeAll(async () => {
    server = await launchServer(undefined, { env: { ...env, CONNECTIONS_MAX: connections } })
    anna = await register(server.url, 'ungreeted_anna')
  })
  afterAll(() => {
    for (const socket of sockets) socket.terminate()
    return server.stop()
  })
  function dial(options: ClientOptions): WebSocket {
    const socket = new WebSocket(`${server.url.replace(/^http/, 'ws')}/ws`, options)
    sockets.add(socket)
    return socket.on('error', () => undefined)
  }
  const settled = (socket: WebSocket) =>
    new Promise((resolve) => socket.once('open', resolve).once('close', resolve))

  it('[L9] shut nobody else out', async () => {
    for (let round = 0; round < 4; round++) {
      await Promise.all(Array.from({ length: 200 }, (_, n) => settled(dial(from(1 + (n % 4))))))
      for (let phone = 0; phone < 3; phone++) {
        const socket = dial(from(10 + 3 * round + phone))
        await once(socket, 'open')
        socket.send(encode({ t: 'hello', v: PROTOCOL_VERSION, token: anna.token, features: [] }))
        const [message] = (await once(socket, 'message')) as [Buffer]
        expect(decodeDown(message.toString())).toMatchObject([{ t: 'welcome', userId: anna.userId }])
      }
    }
  })
})
