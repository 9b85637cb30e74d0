/** The WebSocket server: upgrades at /ws, hands texts to the gateway. */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import { limits } from '../../protocol/limits'
import type { Gateway } from './gateway'
import { addressOf, originFits } from './origin'

export interface WsOptions {
  server: Server
  gateway: Gateway
  origins: readonly string[]
  /** Trusted proxies in front. */
  trustProxy: number
}

/** Serves /ws on `server`. Gives what stops it: closes every socket that is still open. */
export function serveWs({ server, gateway, origins, trustProxy }: WsOptions): () => void {
  const wss = new WebSocketServer({
    noServer: true,
    maxPayload: limits.frameInBytesMax,
    perMessageDeflate: false,
    clientTracking: true,
  })
  const timer = setInterval(() => gateway.sweep(), 1_000).unref()
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => undefined)
    const [path] = (request.url ?? '').split('?')
    if (path !== '/ws') return turnAway(socket, '404 Not Found')
    if (!originFits(request.headers, origins)) return turnAway(socket, '403 Forbidden')
    wss.handleUpgrade(request, socket, head, (ws) => attach(ws, request))
  })

  function attach(ws: WebSocket, request: IncomingMessage): void {
    const ear = gateway.accept(ws, addressOf(request.headers, request.socket.remoteAddress, trustProxy))
    ws.on('message', (data: Buffer, isBinary) => (isBinary ? ear.binary() : ear.text(data.toString())))
    ws.on('error', () => ws.terminate())
    ws.on('close', () => ear.closed())
  }

  return () => {
    clearInterval(timer)
    for (const ws of wss.clients) ws.terminate()
    wss.close()
  }
}

function turnAway(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
