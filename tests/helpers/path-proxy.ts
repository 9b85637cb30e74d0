/** An HTTP proxy on loopback that shows servers under paths of one origin, as people do with nginx or Caddy. */
import { createServer, type IncomingMessage } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { forward, tunnel } from './upgrade-proxy'

/**
 * What the server sees of `/chat/api/x`. `strips`: `/api/x`, and `/` for `/chat`. `doubles`: `//api/x`, as a proxy told to
 * replace `/chat` by `/`. `keeps`: all of it.
 */
export const manners = {
  strips: (url: string, path: string) => url.slice(path.length).replace(/^(?!\/)/, '/'),
  doubles: (url: string, path: string) => `/${url.slice(path.length)}`,
  keeps: (url: string) => url,
}
export interface Mount {
  /** http://host:port */
  target: string
  manner: keyof typeof manners
}
export interface PathProxy {
  /** http://host:port, without any path. */
  readonly url: string
  /** What was asked for, that no mount serves: must stay empty, whoever looks beside the path. */
  readonly strays: string[]
  close(): Promise<void>
}

/** Listens on a free port of 127.0.0.1; the mounts by path, as `/chat`. */
export async function startPathProxy(mounts: Readonly<Record<string, Mount>>): Promise<PathProxy> {
  const strays: string[] = []
  /** Where a request goes; its address becomes what that server sees. */
  const route = (incoming: IncomingMessage) => {
    const url = incoming.url ?? '/'
    const path = Object.keys(mounts).find(
      (mount) => /^[/?]?$/.test(url.slice(mount.length, mount.length + 1)) && url.startsWith(mount),
    )
    const mount = path === undefined ? undefined : mounts[path]
    if (!mount || path === undefined) return void strays.push(url)
    incoming.url = manners[mount.manner](url, path)
    const { hostname, port } = new URL(mount.target)
    return { hostname, port }
  }
  const server = createServer((incoming, outgoing) => {
    const target = route(incoming)
    if (target) forward(incoming, outgoing, target)
    else outgoing.writeHead(404).end('nothing here')
  })
  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    const target = route(incoming)
    socket.on('error', () => undefined)
    if (!target) return void socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n')
    tunnel(incoming, socket, head, connect(Number(target.port), target.hostname))
    open.add(socket)
  })
  const open = new Set<Duplex>()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    strays,
    close() {
      for (const socket of open) socket.destroy()
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
