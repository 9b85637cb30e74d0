/**
 * contacts: who is a friend of whom, and who asked to become one.
 * Owns contacts and requests, one row per direction, as rows of the users' own streams, and finds, which are in no stream.
 * Opens the conversation of two friends through chat/index.ts, in the same transaction.
 * Never writes chat's tables, and never lets the sender of a request see that it was refused.
 * Nothing here is called by later domains yet.
 */
import type { RowSource } from '../sync/sources'
import { acceptRequest } from './acceptRequest'
import { noteFind, type Remember } from './finds'
import { refuseRequest } from './refuseRequest'
import { requestFriend } from './requestFriend'
import { toContactRow, toRequestRow } from './rows'
import { searchAccount } from './searchAccount'
import { changedContacts, changedReceived, changedSent } from './sql'

export { contactsAcquaintances, noteFind, type Find, type Remember } from './finds'

export const contactsSources: readonly RowSource[] = [
  {
    of: 'user',
    changed: async (db, stream, _viewer, since, limit) =>
      (await changedContacts(db, stream, since, limit)).map(toContactRow),
  },
  {
    of: 'user',
    changed: async (db, stream, _viewer, since, limit) =>
      (await changedSent(db, stream, since, limit)).map((request) => toRequestRow(request, stream)),
  },
  {
    of: 'user',
    changed: async (db, stream, _viewer, since, limit) =>
      (await changedReceived(db, stream, since, limit)).map((request) => toRequestRow(request, stream)),
  },
]

export const contactsHandlers = (remember: Remember) => ({
  'contacts.searchAccount': searchAccount(remember),
  'contacts.requestFriend': requestFriend,
  'contacts.acceptRequest': acceptRequest,
  'contacts.refuseRequest': refuseRequest,
  'contacts.noteFind': noteFind,
})
