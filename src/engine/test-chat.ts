/** Messages and rows as tests of the outbox write them down. Not part of the app. */
import { limits } from '../../protocol/limits'
import type { MessageRow, StreamRow } from '../../protocol/records'
import type { Down } from '../../protocol/wire'
import type { Phone } from './test-world'

export const say = (text: string, conversationId = 100) =>
  ({
    is: 'call',
    op: 'chat.sendMessage',
    input: { conversationId, body: { kind: 'text', text }, seenSeq: 0 },
  }) as const
export const sends = (phone: Phone) => phone.socket.requests('chat.sendMessage').map((r) => r.in as Sent)
export interface Sent {
  conversationId: number
  clientId: string
  body: { text: string }
  seenSeq: number
}
export const texts = (phone: Phone) => sends(phone).map((s) => s.body.text)
export const shown = (phone: Phone, id = 100) =>
  phone.engine.room(id).messages.map((m) => [m.body.kind === 'text' ? m.body.text : '', m.send.state])
export const row = (sent: Sent, seq: number, v = seq): MessageRow => ({
  k: 'message',
  v,
  seq,
  from: 1,
  clientId: sent.clientId,
  at: 5000 + seq,
  countable: seq,
  body: { kind: 'text', text: sent.body.text },
})
export const place = (userId: number, v: number, seq: number): StreamRow => ({
  k: 'place',
  v,
  userId,
  role: 'member',
  read: { seq, countable: seq },
  joined: { seq: 0, countable: 0 },
})
export const changed = (stream: number, from: number, rows: StreamRow[]): Down => ({
  t: 'ev',
  ev: 'sync.changed',
  data: { stream, from, to: from + rows.length, rows },
})
export const acts = (phone: Phone) => [...phone.disk.keys()].filter((key) => key.startsWith('act/'))
export const reconnect = async (phone: Phone) => {
  phone.drop()
  await phone.run(limits.reconnectMs[0])
  await phone.welcome()
}
