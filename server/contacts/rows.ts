/** Table rows of contacts as their two sides see them. */
import type { UserId } from '../../protocol/ids'
import type { ContactRow, RequestRow } from '../../protocol/records'
import type { ContactsTable, RequestsTable } from '../db/tables'
import { shownState } from './rules'

export const toContactRow = (contact: ContactsTable): ContactRow => ({
  k: 'contact',
  v: contact.version,
  userId: contact.contact_id,
  since: contact.since,
})

export function toRequestRow(request: RequestsTable, viewer: UserId): RequestRow {
  const isSender = viewer === request.from_id
  return {
    k: 'request',
    v: isSender ? request.from_version : request.to_version,
    id: request.id,
    fromId: request.from_id,
    toId: request.to_id,
    message: request.message,
    state: shownState(request.state, isSender),
    at: request.at,
  }
}
