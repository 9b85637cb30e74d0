/** The HTTP server of this process with bounds that a test chooses, and clients that write bytes. */
import { connect, type AddressInfo, type Socket } from 'node:net'
import { createLog } from '../../server/log'
import { createGateway, type GatewayOptions } from '../../server/transport/gateway'
import { createHttp, type HttpOptions } from '../../server/transport/http'
import { Registry } from '../../server/transport/registry'
import { serveWs } from '../../server/transport/ws'

export interface Door {
  readonly port: number
  /** Connections that the server has open. */
  open(): Promise<number>
  /** Sends bytes from an address of the loopback network. */
  dial(bytes?: string, from?: string): Dialled
  close(): Promise<void>
}
export interface Dialled {
  readonly line: Socket
  /** What came back so far. */
  heard(): string
  isOpen(): boolean
  /** What had come back when the server closed the line. The client holds its own end open. */
  readonly closed: Promise<string>
}

type Bound = 'socketsPerAddress' | 'socketsMax'

/** A server on 127.0.0.1. Its only user has the token "1"; its calls answer with their input. */
export async function openDoor(options: Partial<HttpOptions> & Pick<GatewayOptions, Bound> = {}) {
  const app = {
    authenticate: async () => ({ userId: 1, sessionId: 9 }),
    dispatch: async ({ input }: { input: unknown }) => ({ ok: true as const, value: input }),
    turnsAway: () => undefined,
    isBusy: () => false,
    pulse: async () => 0,
  }
  const { origins = [], trustProxy = 0, socketsPerAddress = 2_000, socketsMax = Infinity } = options
  const http = await createHttp({
    ...{ app, log: createLog('silent'), origins, trustProxy, clientDir: '/nowhere' },
    notReady: async () => undefined,
    ...options,
  })
  const gateway = createGateway({
    ...{ app, registry: new Registry(), now: () => performance.now(), unit: () => 0.5 },
    ...{ socketsPerAddress, socketsMax },
    log: { warn: () => undefined, error: () => undefined },
  })
  const stop = serveWs({ server: http.server, gateway, origins, trustProxy })
  await http.listen({ port: 0, host: '127.0.0.1' })
  const { port } = http.server.address() as AddressInfo
  const lines = new Set<Socket>()
  const door: Door = {
    port,
    open: () =>
      new Promise((resolve, reject) =>
        http.server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      ),
    dial(bytes = '', from = '127.0.0.1') {
      const line = connect({ port, host: '127.0.0.1', localAddress: from, allowHalfOpen: true })
      lines.add(line)
      let text = ''
      line.on('data', (data: Buffer) => (text += data.toString()))
      // A line that is cut may say ECONNRESET: what counts is that it closes.
      line.on('error', () => undefined)
      if (bytes !== '') line.write(bytes)
      const closed = new Promise<string>((resolve) => {
        for (const event of ['end', 'close']) line.once(event, () => resolve(text))
      })
      return { line, heard: () => text, isOpen: () => !line.closed && !line.readableEnded, closed }
    },
    async close() {
      for (const line of lines) line.destroy()
      stop()
      await http.close()
    },
  }
  return door
}

/** The head of a request, and its body. */
export const head = (first: string, headers: Record<string, string> = {}, body = ''): string =>
  [
    `${first} HTTP/1.1`,
    ...Object.entries({ Host: 'x', ...headers }).map((pair) => pair.join(': ')),
    '',
    body,
  ].join('\r\n')

/** Offers a WebSocket. */
export const handshake = {
  ...{ Connection: 'Upgrade', Upgrade: 'websocket' },
  ...{ 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version': '13' },
}
