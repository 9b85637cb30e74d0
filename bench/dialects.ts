/** The frames of each measured server, for one plain WebSocket client. */
import { decodeDown, encode, type Down } from '../protocol/wire'
import { PROTOCOL_VERSION } from '../protocol/version'
import type { EventData } from '../protocol'

export interface Peer {
  /** Token for ours, user name for the reference. */
  key: string
  /** Conversation for ours, the other's user name for the reference. */
  to: string
}
/** What a client makes of the frames it hears. */
export interface Ear {
  ready(): void
  acked(): void
  refused(): void
  /** The other side's message came. The sender's own copy does not count. */
  delivered(id: string): void
}
export interface Voice {
  opened(): void
  /** Takes one WebSocket message. Throws Error when the server says good-bye. */
  hear(text: string): void
  /** Sends a text that starts with its id and a blank. */
  say(id: string, text: string): void
}
export interface Dialect {
  address(url: string, peer: Peer): string
  speak(peer: Peer, write: (text: string) => void, ear: Ear): Voice
}

const wsUrl = (url: string): string => url.replace(/^http/, 'ws')

/** A phone that has the conversation on screen: each send carries the greatest seq it has seen. */
const tokenim: Dialect = {
  address: (url) => `${wsUrl(url)}/ws`,
  speak({ key, to }, write, ear) {
    const conversationId = Number(to)
    let me = 0
    let seenSeq = 0
    let requests = 0
    const see = ({ rows }: EventData<'sync.changed'>) => {
      for (const row of rows) {
        if (row.k !== 'message') continue
        seenSeq = Math.max(seenSeq, row.seq)
        if (row.from !== me) ear.delivered(row.clientId)
      }
    }
    const take = (frame: Down) => {
      if (frame.t === 'res' && frame.ok) ear.acked()
      else if (frame.t === 'res') ear.refused()
      else if (frame.t === 'ev' && frame.ev === 'sync.changed') see(frame.data as EventData<'sync.changed'>)
      else if (frame.t === 'bye') throw new Error(`the server said good-bye: ${frame.error.code}`)
      else if (frame.t === 'welcome') {
        me = frame.userId
        ear.ready()
      }
    }
    return {
      opened: () => write(encode({ t: 'hello', v: PROTOCOL_VERSION, token: key, features: [] })),
      hear: (text) => decodeDown(text).forEach(take),
      say(clientId, text) {
        const input = { conversationId, clientId, body: { kind: 'text', text }, seenSeq }
        write(encode({ t: 'req', id: ++requests, op: 'chat.sendMessage', in: input }))
      },
    }
  },
}

/** Socket.IO 4 over plain WebSocket frames: digit of engine.io, digit of Socket.IO, ack id, JSON. */
const reference: Dialect = {
  address: (url, { key }) => `${wsUrl(url)}/socket.io/?EIO=4&transport=websocket&user=${key}`,
  speak({ to }, write, ear) {
    let acks = 0
    return {
      opened: () => undefined,
      hear(text) {
        if (text.startsWith('0')) write('40')
        else if (text.startsWith('40')) ear.ready()
        else if (text === '2') write('3')
        else if (text.startsWith('43')) ear.acked()
        else if (text.startsWith('42')) {
          const [, message] = JSON.parse(text.slice(2)) as [string, { text: string }]
          ear.delivered(message.text.slice(0, message.text.indexOf(' ')))
        } else throw new Error(`the server said ${text}`)
      },
      say: (_id, text) => write(`42${++acks}${JSON.stringify(['message', { to, text }])}`),
    }
  },
}

export const dialects = { tokenim, reference }
export type DialectName = keyof typeof dialects
