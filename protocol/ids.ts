/**
 * Ids and units. An id is an integer of at most 53 bits made by the application (41 bits of milliseconds since
 * 2025-01-01, 5 of node, 7 of counter), so that a client that knows only integers can hold it. Users and conversations
 * draw from one generator and never share an id: a stream is therefore named by the id of its user or conversation.
 */
export type UserId = number
export type ConversationId = number
export type StreamId = number
export type SessionId = number
/** Place of a message in its conversation: dense from 1, for ever. */
export type Seq = number
/** A stream's counter: each changed row takes its own next one. */
export type Version = number
/** Milliseconds since 1970. Shown, never used to order. */
export type TimeMs = number
/** Made and saved on the phone before a write is first sent; the same through all retries. */
export type ClientId = string
/** A read or cleared mark: the seq, and how many countable messages lie at or below it. */
export interface Position {
  seq: Seq
  countable: number
}
export const positionZero: Position = { seq: 0, countable: 0 }
