/**
 * The frames of each measured server, for one lean client. Frames are not parsed but searched: every message carries its
 * number behind a mark, and what else counts stands behind names of its own.
 */
import { encode } from '../protocol/wire'
import { PROTOCOL_VERSION } from '../protocol/version'

export interface Peer {
  /** Token for ours, user name for the others. */
  key: string
  /** Where it speaks: conversations for ours, users or the room for the others. */
  to: readonly string[]
  /** By conversation, the greatest seq that was seen. */
  seen?: readonly number[]
  /** It listens to the room. */
  room?: boolean
}
/** What a client makes of what it hears. */
export interface Ear {
  /** Sends a frame. */
  write(text: string): void
  ready(): void
  acked(): void
  refused(frame: string): void
  /** A message with this number came; `seq`, where messages have one, is its place. */
  delivered(id: number, seq: number): void
  /** An answer to `ask`. */
  answered(): void
}
export interface Saying {
  /** Tells its messages from those of all other loads. */
  load: string
  /** Number of the request on this connection, from 1. */
  request: number
  /** Number of the message, the same nowhere else in this load. */
  id: number
  to: string
  seenSeq: number
}
export interface Dialect {
  path(peer: Peer): string
  opened(peer: Peer, ear: Ear): void
  /** Takes one WebSocket message. Throws Error when the server says good-bye. */
  hear(text: string, ear: Ear): void
  /** The frame of one message. */
  say(saying: Saying): string
  /** What a phone asks for after it has connected, and, from time to time, to stay connected. */
  ask?: string
  ping?: string
}

/** With what stands before it, a message of the usual length. */
const words = 'What is written here stands for a message of the usual length, about one hundred bytes.'
const mark = '@@'
const digits = 8
const textOf = (id: number): string => `${mark}${String(id).padStart(digits, '0')} ${words}`

function findMessages(text: string, found: (id: number, at: number) => void): void {
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + digits))
    found(numberAt(text, at + mark.length), at)
}

/** The decimal number that starts there. */
function numberAt(text: string, start: number): number {
  let number = 0
  for (let at = start; ; at++) {
    const digit = text.charCodeAt(at) - 48
    if (!(digit >= 0 && digit <= 9)) return number
    number = number * 10 + digit
  }
}

/** Answers of ours and of the relay: `{"t":"res","id":1,"ok":true…`. Request 0 is `ask`. */
function findAnswers(text: string, ear: Ear): void {
  for (let at = text.indexOf('{"t":"res"'); at >= 0; at = text.indexOf('{"t":"res"', at + 1)) {
    const ok = text.indexOf('"ok":', at) + 5
    if (!text.startsWith('true', ok)) ear.refused(text.slice(at, at + 200))
    else if (text.startsWith('"id":0,', at + 11)) ear.answered()
    else ear.acked()
  }
}

const seqName = '"seq":'
/** A phone that has the conversation on screen: each send carries the greatest seq it has seen. */
const tokenim: Dialect = {
  path: () => '/ws',
  opened: ({ key }, ear) => ear.write(encode({ t: 'hello', v: PROTOCOL_VERSION, token: key, features: [] })),
  hear(text, ear) {
    findAnswers(text, ear)
    findMessages(text, (id, at) =>
      ear.delivered(id, numberAt(text, text.lastIndexOf(seqName, at) + seqName.length)),
    )
    if (text.includes('{"t":"welcome"')) ear.ready()
    if (text.includes('{"t":"bye"')) throw new Error(`the server said ${text.slice(0, 200)}`)
  },
  say: ({ load, request, id, to, seenSeq }) =>
    `{"t":"req","id":${request},"op":"chat.sendMessage","in":{"conversationId":${to},"clientId":"${load}-${id}",` +
    `"body":{"kind":"text","text":"${textOf(id)}"},"seenSeq":${seenSeq}}}`,
  ask: encode({ t: 'req', id: 0, op: 'sync.heads', in: {} }),
  ping: encode({ t: 'ping' }),
}

const ws: Dialect = {
  path: () => '/',
  opened: ({ key }, ear) => ear.write(JSON.stringify({ t: 'hello', user: key })),
  hear(text, ear) {
    if (text.startsWith('{"t":"message"')) findMessages(text, (id) => ear.delivered(id, 0))
    else if (text.startsWith('{"t":"welcome"')) ear.ready()
    else findAnswers(text, ear)
  },
  say: ({ request, id, to }) => JSON.stringify({ t: 'send', id: request, to, text: textOf(id) }),
  ping: encode({ t: 'ping' }),
}

/** Socket.IO 4 over plain WebSocket frames: digit of engine.io, digit of Socket.IO, ack id, JSON. */
const reference: Dialect = {
  path: ({ key, room }) => `/socket.io/?EIO=4&transport=websocket&user=${key}${room ? '&room=room' : ''}`,
  opened: () => undefined,
  hear(text, ear) {
    if (text.startsWith('42')) findMessages(text, (id) => ear.delivered(id, 0))
    else if (text.startsWith('43')) ear.acked()
    else if (text === '2') ear.write('3')
    else if (text.startsWith('40')) ear.ready()
    else if (text.startsWith('0')) ear.write('40')
    else throw new Error(`the server said ${text.slice(0, 200)}`)
  },
  say: ({ request, id, to }) => `42${request}${JSON.stringify(['message', { to, text: textOf(id) }])}`,
}

export const dialects = { tokenim, ws, reference }
export type DialectName = keyof typeof dialects
