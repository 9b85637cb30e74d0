/** SQL of contacts: contacts, requests. Runs unchanged on both dialects. */
import type { Connection } from '../db/connection'
import type { ContactsTable, RequestsTable } from '../db/tables'
import { places, upsert } from '../db/dialect'
import type { TimeMs, UserId, Version } from '../../protocol/ids'

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

/** Those of `others` who are contacts of a user, have asked him or were asked by him, or were found by him after `since`. */
export async function acquaintedWith(
  db: Connection,
  user: UserId,
  others: readonly UserId[],
  since: TimeMs,
): Promise<UserId[]> {
  const some = places(others.length)
  const rows = await db.all<{ id: UserId }>(
    `select contact_id as id from contacts where user_id = ? and contact_id in (${some})
      union all select to_id as id from requests where from_id = ? and to_id in (${some})
      union all select from_id as id from requests where to_id = ? and from_id in (${some})
      union all select found_id as id from finds where user_id = ? and found_id in (${some}) and at > ?`,
    [...[user, ...others], ...[user, ...others], ...[user, ...others], ...[user, ...others], since],
  )
  return rows.map(({ id }) => id)
}

export const putFind = async (db: Connection, user: UserId, found: UserId, at: TimeMs): Promise<number> =>
  db.run(upsert(db.dialect, 'finds', ['user_id', 'found_id'], ['user_id', 'found_id', 'at']), [
    user,
    found,
    at,
  ])

/** Forgets whom a user found up to `since`, and all but about the newest `kept`; none of `now`. */
export async function pruneFinds(
  db: Connection,
  user: UserId,
  { since, now, kept }: { since: TimeMs; now: TimeMs; kept: number },
): Promise<void> {
  const next = await db.one<{ at: TimeMs }>(
    'select at from finds where user_id = ? order by at desc, found_id desc limit 1 offset ?',
    [user, kept],
  )
  await db.run('delete from finds where user_id = ? and at <= ?', [
    user,
    Math.max(since, Math.min(next?.at ?? 0, now - 1)),
  ])
}
