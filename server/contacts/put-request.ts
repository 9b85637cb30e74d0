import type { RequestsTable } from '../db/tables'
import type { Tx } from '../handle'
import { toRequestRow } from './rows'
import { insertRequest, updateRequest } from './sql'

/** A request without the versions it gets when it is written. */
export type RequestFacts = Omit<RequestsTable, 'from_version' | 'to_version'>

/** Writes a request of two locked users, new or changed, as a change of both their streams. */
export async function putRequest(tx: Tx, facts: RequestFacts, is: 'new' | 'changed'): Promise<void> {
  const bare: RequestsTable = { ...facts, from_version: 0, to_version: 0 }
  const versionFor = (user: number): number => tx.change(user, (v) => ({ ...toRequestRow(bare, user), v })).v
  const row = { ...facts, from_version: versionFor(facts.from_id), to_version: versionFor(facts.to_id) }
  if (is === 'new') await insertRequest(tx.db, row)
  else await updateRequest(tx.db, row)
}

/** Refuses a request: a change of the receiver's stream only, so the sender learns nothing (C4). */
export async function putRefusal(tx: Tx, request: RequestsTable): Promise<void> {
  const refused: RequestsTable = { ...request, state: 'refused' }
  const { v } = tx.change(request.to_id, (version) => ({
    ...toRequestRow(refused, request.to_id),
    v: version,
  }))
  await updateRequest(tx.db, { ...refused, to_version: v })
}
