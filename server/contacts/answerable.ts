import type { RequestsTable } from '../db/tables'
import { refuse, type Refusal, type Tx } from '../handle'
import { lockPair } from './befriend'
import { requestById } from './sql'

/**
 * Loads a request under lock for the one who was asked: only he may answer, and only while it is pending (C4). To
 * everybody else there is no such request.
 */
export async function loadAnswerable(
  tx: Tx,
  requestId: number,
  me: number,
): Promise<RequestsTable | Refusal<'notFound' | 'requestClosed'>> {
  const found = await requestById(tx.db, requestId)
  if (found?.to_id !== me) return refuse('notFound')
  await lockPair(tx, found.from_id, found.to_id)
  const request = await requestById(tx.db, requestId)
  return request?.state === 'pending' ? request : refuse('requestClosed')
}
