/**
 * The chat server that tutorials of this field teach, as a yardstick: Express, Socket.IO, one insert per message on the
 * same SQLite driver with the same durability as ours (WAL, synchronous=FULL), emit to the room of the receiver, or to one
 * that many have joined. It checks no token, no membership, no repetition and no limits, and knows no history or catch-up.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import express from 'express'
import { Server } from 'socket.io'
import { openDatabase } from './schema'

const { PORT = '3000', DATA_DIR = '.' } = process.env

const db = openDatabase(path.join(DATA_DIR, 'reference.db'))
const insert = db.prepare('INSERT INTO messages (sender, receiver, text, at) VALUES (?, ?, ?, ?)')

const app = express()
app.get('/healthz', (_request, response) => void response.send('ok'))
const server = createServer(app)
const io = new Server(server)

interface Incoming {
  to: string
  text: string
}
io.on('connection', (socket) => {
  const { user: name, room } = socket.handshake.query
  const user = String(name)
  void socket.join(user)
  if (typeof room === 'string') void socket.join(room)
  socket.on('message', ({ to, text }: Incoming, ack: (answer: { id: number }) => void) => {
    const at = Date.now()
    const id = Number(insert.run(user, to, text, at).lastInsertRowid)
    io.to(to).emit('message', { id, from: user, text, at })
    ack({ id })
  })
})
server.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`reference listens on http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
