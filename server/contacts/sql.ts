/** SQL of contacts: contacts, requests. Runs unchanged on both dialects. */
import type { Connection } from '../db/connection'
import type { ContactsTable, RequestsTable } from '../db/tables'
import type { UserId, Version } from '../../protocol/ids'

const selectRequest = 'select id, from_id, to_id, from_version, to_version, message, state, at from requests'

export async function isContact(db: Connection, user: UserId, other: UserId): Promise<boolean> {
  const row = await db.one('select contact_id from contacts where user_id = ? and contact_id = ?', [
    user,
    other,
  ])
  return row !== undefined
}

export const insertContact = async (db: Connection, row: ContactsTable): Promise<number> =>
  db.run('insert into contacts (user_id, contact_id, version, since) values (?, ?, ?, ?)', [
    row.user_id,
    row.contact_id,
    row.version,
    row.since,
  ])

export const changedContacts = async (
  db: Connection,
  user: UserId,
  since: Version,
  limit: number,
): Promise<ContactsTable[]> =>
  db.all<ContactsTable>(
    `select user_id, contact_id, version, since from contacts where user_id = ? and version > ?
      order by version limit ?`,
    [user, since, limit],
  )

export async function requestById(db: Connection, id: number): Promise<RequestsTable | undefined> {
  return db.one<RequestsTable>(`${selectRequest} where id = ?`, [id])
}

/** The one request of this direction, whatever its state. */
export async function requestFrom(
  db: Connection,
  from: UserId,
  to: UserId,
): Promise<RequestsTable | undefined> {
  return db.one<RequestsTable>(`${selectRequest} where from_id = ? and to_id = ?`, [from, to])
}

export const insertRequest = async (db: Connection, row: RequestsTable): Promise<number> =>
  db.run(
    `insert into requests (id, from_id, to_id, from_version, to_version, message, state, at)
      values (?, ?, ?, ?, ?, ?, ?, ?)`,
    [row.id, row.from_id, row.to_id, row.from_version, row.to_version, row.message, row.state, row.at],
  )

export const updateRequest = async (db: Connection, row: RequestsTable): Promise<number> =>
  db.run(
    'update requests set from_version = ?, to_version = ?, message = ?, state = ?, at = ? where id = ?',
    [row.from_version, row.to_version, row.message, row.state, row.at, row.id],
  )

/** Requests a user sent that changed for him, and those he received that changed for him, each by version. */
export const changedSent = async (
  db: Connection,
  user: UserId,
  since: Version,
  limit: number,
): Promise<RequestsTable[]> =>
  db.all<RequestsTable>(
    `${selectRequest} where from_id = ? and from_version > ? order by from_version limit ?`,
    [user, since, limit],
  )
export const changedReceived = async (
  db: Connection,
  user: UserId,
  since: Version,
  limit: number,
): Promise<RequestsTable[]> =>
  db.all<RequestsTable>(`${selectRequest} where to_id = ? and to_version > ? order by to_version limit ?`, [
    user,
    since,
    limit,
  ])
