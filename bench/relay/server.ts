/**
 * A relay and nothing else, on the `ws` library as it comes: one `send` to the receiver, or to every member for the room,
 * and one for the answer. It keeps nothing and checks nothing: what is left is the price of the sockets.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'

type Frame =
  { t: 'hello'; user: string } | { t: 'send'; id: number; to: string; text: string } | { t: 'ping' }

/** Named by whoever speaks to everybody. */
const room = 'room'
const members = new Map<string, WebSocket>()

function hear(socket: WebSocket, user: string, frame: Frame): string {
  if (frame.t === 'hello') {
    members.set(frame.user, socket)
    socket.send(JSON.stringify({ t: 'welcome' }))
    return frame.user
  }
  if (frame.t === 'ping') socket.send(JSON.stringify({ t: 'pong' }))
  else {
    const { id, to, text } = frame
    const message = JSON.stringify({ t: 'message', from: user, text, at: Date.now() })
    if (to === room) for (const member of members.values()) member.send(message)
    else members.get(to)?.send(message)
    socket.send(JSON.stringify({ t: 'res', id, ok: true }))
  }
  return user
}

const server = createServer()
const sockets = new WebSocketServer({ server, perMessageDeflate: false })
sockets.on('connection', (socket) => {
  let user = ''
  socket.on('message', (data: Buffer) => (user = hear(socket, user, JSON.parse(data.toString()) as Frame)))
  socket.on('error', () => undefined)
  socket.on('close', () => members.get(user) === socket && members.delete(user))
})
server.listen(Number(process.env.PORT ?? '3000'), '127.0.0.1', () => {
  console.log(`the relay listens on http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
