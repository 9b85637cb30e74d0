/** An HTTP proxy on loopback in front of a server, as some offices have: calls pass, WebSockets do not live. */
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** `silent`: an upgrade gets no answer; `cut`: a socket ends a second after it was opened. */
export type Sockets = 'fine' | 'refused' | 'silent' | 'cut'
export interface UpgradeProxy {
  readonly url: string
  sockets: Sockets
  /** Upgrades that were asked for, and calls that passed, by path. */
  upgrades: number
  readonly calls: Map<string, number>
  /** Ends the sockets that live. */
  cut(): void
  close(): Promise<void>
}

/** Listens on a free port of 127.0.0.1, in front of `target` (http://host:port). */
export async function startUpgradeProxy(target: string): Promise<UpgradeProxy> {
  const { hostname, port } = new URL(target)
  const open = new Set<Duplex>()
  const calls = new Map<string, number>()
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url?.split('?')[0] ?? ''
    calls.set(path, (calls.get(path) ?? 0) + 1)
    forward(incoming, outgoing, { hostname, port })
  })
  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    proxy.upgrades++
    socket.on('error', () => undefined)
    if (proxy.sockets === 'refused')
      return void socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n')
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    if (proxy.sockets === 'silent') return
    tunnel(incoming, socket, head, connect(Number(port), hostname))
    if (proxy.sockets === 'cut') setTimeout(() => socket.destroy(), 1_000)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const proxy: UpgradeProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sockets: 'fine',
    upgrades: 0,
    calls,
    cut() {
      for (const socket of open) socket.destroy()
    },
    close() {
      proxy.cut()
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
  return proxy
}

/** Passes a call on, with the path that `incoming` says by now. */
export function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  target: { hostname: string; port: string },
): void {
  const { method, url: path, headers } = incoming
  const call = request({ ...target, method, path, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(outgoing)
  })
  call.on('error', () => outgoing.destroy())
  outgoing.on('close', () => call.destroy())
  incoming.pipe(call)
}

/** Passes an upgrade on, with the path that `incoming` says by now. */
export function tunnel(incoming: IncomingMessage, socket: Duplex, head: Buffer, server: Socket): void {
  const lines = [`${incoming.method} ${incoming.url} HTTP/1.1`]
  for (let n = 0; n < incoming.rawHeaders.length; n += 2)
    lines.push(`${incoming.rawHeaders[n]}: ${incoming.rawHeaders[n + 1]}`)
  server.on('connect', () => {
    server.write(`${lines.join('\r\n')}\r\n\r\n`)
    server.write(head)
  })
  server.on('error', () => socket.destroy())
  server.on('close', () => socket.destroy())
  socket.on('close', () => server.destroy())
  server.pipe(socket).pipe(server)
}
