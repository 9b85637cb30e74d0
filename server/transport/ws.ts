/** The WebSocket server: upgrades at /ws, hands texts to the gateway. */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import { limits } from '../../protocol/limits'
import { addressOf } from './address'
import { innerUrl } from './base-path'
import type { Wire } from './connection'
import type { Gateway } from './gateway'
import { originFits, type Pages } from './origin'
import { Outgoing } from './outgoing'
import { Sieve } from './sieve'

export interface WsOptions extends Pages {
  server: Server
  gateway: Gateway
  /** As `/chat`; empty: the root (W29). */
  basePath?: string
}

/** Serves /ws on `server`. Gives what stops it: cuts every socket that is still open. */
export function serveWs({ server, gateway, basePath = '', ...pages }: WsOptions): () => void {
  const wss = new WebSocketServer({
    noServer: true,
    maxPayload: limits.frameInBytesMax,
    perMessageDeflate: false,
  })
  const outgoing = new Outgoing()
  const timer = setInterval(() => gateway.sweep(), 1_000).unref()
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    const address = addressOf(request.headers, request.socket.remoteAddress, pages.trustProxy)
    const refusal = refusalOf(request, address)
    if (refusal) return turnAway(socket, refusal)
    wss.handleUpgrade(request, socket, head, (ws) => attach(ws, socket, address))
  })

  function refusalOf(request: IncomingMessage, address: string): string | undefined {
    const [path] = innerUrl(request.url ?? '', basePath).split('?')
    if (path !== '/ws') return '404 Not Found'
    if (!originFits(request.headers, pages)) return '403 Forbidden'
    if (!gateway.admits(address)) return '429 Too Many Requests'
    const busyMs = gateway.busyMs(address)
    return busyMs > 0 ? `503 Service Unavailable\r\nRetry-After: ${Math.ceil(busyMs / 1000)}` : undefined
  }
  function attach(ws: WebSocket, socket: Duplex, address: string): void {
    const ear = gateway.accept(new SocketWire(ws, socket, outgoing), address)
    sift(socket, new Sieve(ear))
    ws.on('message', (data: Buffer, isBinary) => (isBinary ? ear.binary() : ear.text(data.toString())))
    ws.on('error', () => ear.failed())
    ws.on('close', () => ear.closed())
    socket.on('drain', () => ear.drained())
  }

  return () => {
    clearInterval(timer)
    for (const ws of wss.clients) ws.terminate()
    wss.close()
  }
}

/** The library, which listens to the socket, hears what the sieve leaves. */
function sift(socket: Duplex, sieve: Sieve): void {
  const [library] = socket.listeners('data')
  socket.removeAllListeners('data').on('data', (read: Buffer) => {
    for (const left of sieve.take(read)) library?.call(socket, left)
  })
}

/** Writes whole messages to the socket: the library would make a header and a buffer for each connection anew. */
class SocketWire implements Wire {
  constructor(
    private readonly ws: WebSocket,
    private readonly socket: Duplex,
    private readonly outgoing: Outgoing,
  ) {}

  get bufferedAmount(): number {
    return this.socket.writableLength
  }
  send(text: string): void {
    if (this.ws.readyState === this.ws.OPEN) this.socket.write(this.outgoing.encode(text))
  }
  pause(): void {
    this.ws.pause()
  }
  resume(): void {
    this.ws.resume()
  }
  close(code: number): void {
    this.ws.close(code)
  }
  terminate(): void {
    this.ws.terminate()
  }
}

const refusedWithinMs = 1_000

/** Answers and lets go, whether the caller reads it or not (L8). */
function turnAway(socket: Duplex, status: string): void {
  const deadline = setTimeout(() => socket.destroy(), refusedWithinMs).unref()
  socket.once('close', () => clearTimeout(deadline))
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy())
}
