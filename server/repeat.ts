/** First successes of writes that repeat as `stored` (rule F6), kept in the transaction that made them. */
import { hash } from 'node:crypto'
import { canonical } from '../protocol/canonical'
import type { ClientId, UserId } from '../protocol/ids'
import type { Connection } from './db/connection'
import { ok, refuse, type Outcome } from './handle'

/** What tells a repetition from a new call, and from another call that uses the same clientId. */
export interface RepeatKey {
  readonly userId: UserId
  readonly op: string
  readonly clientId: ClientId
  readonly hash: string
}

/** Key of a call. `input` has been checked against a schema with a clientId. */
export function repeatKeyOf(op: string, userId: UserId, input: unknown): RepeatKey {
  const { clientId, ...payload } = input as { clientId: ClientId }
  return { userId, op, clientId, hash: hash('sha256', canonical(payload), 'base64url') }
}

/** The first success again, `conflict` when its payload was another, undefined when there was none. */
export async function findRepeat(
  db: Connection,
  { userId, op, clientId, hash }: RepeatKey,
): Promise<Outcome<unknown, 'conflict'> | undefined> {
  const first = await db.one<{ payload_hash: string; result_json: string }>(
    'SELECT payload_hash, result_json FROM repeats WHERE user_id = ? AND op = ? AND client_id = ?',
    [userId, op, clientId],
  )
  if (!first) return undefined
  return first.payload_hash === hash ? ok(JSON.parse(first.result_json) as unknown) : refuse('conflict')
}

/** Remembers a success. Throws DbError `duplicate` when another transaction was first. */
export async function storeRepeat(
  db: Connection,
  { userId, op, clientId, hash }: RepeatKey,
  value: unknown,
  at: number,
): Promise<void> {
  await db.run(
    'INSERT INTO repeats (user_id, op, client_id, payload_hash, result_json, at) VALUES (?, ?, ?, ?, ?, ?)',
    [userId, op, clientId, hash, JSON.stringify(value), at],
  )
}
