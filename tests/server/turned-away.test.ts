/** What callers of a loaded server see on the network (L2). */
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createLog } from '../../server/log'
import type { Gateway } from '../../server/transport/gateway'
import { createHttp } from '../../server/transport/http'
import { serveWs } from '../../server/transport/ws'

describe('a loaded server', () => {
  it('[L2] answers an upgrade with 503 and a time to come again', async () => {
    const gateway: Gateway = {
      admits: () => true,
      busyMs: () => 1_400,
      accept: () => {
        throw new Error('a socket was let in')
      },
      sweep: () => undefined,
      leave: () => undefined,
      drain: () => undefined,
      count: () => 0,
    }
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const stop = serveWs({ server, gateway, origins: [], trustProxy: 0 })
    try {
      const { port } = server.address() as AddressInfo
      const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`)
      const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage]
      expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '2'])
      socket.on('error', () => undefined).terminate()
    } finally {
      stop()
      server.close()
    }
  })

  it('[L2] answers a call with overloaded before it looks at the token', async () => {
    const http = await createHttp({
      app: {
        authenticate: () => Promise.reject(new Error('the token was looked at')),
        dispatch: () => Promise.reject(new Error('the call was made')),
        turnsAway: () => ({ code: 'overloaded', data: { retryAfterMs: 1_400 } }),
      },
      ...{ log: createLog('silent'), origins: [], trustProxy: 0, clientDir: '/nowhere' },
      notReady: async () => undefined,
    })
    const response = await http.inject({
      ...{ method: 'POST', url: '/api/chat.sendMessage', payload: {} },
      headers: { authorization: 'Bearer some' },
    })
    expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '2'])
    expect(response.json()).toEqual({ error: { code: 'overloaded', data: { retryAfterMs: 1_400 } } })
    await http.close()
  })
})
