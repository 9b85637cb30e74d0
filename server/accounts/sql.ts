/** SQL of accounts: users, sessions, sign_in_failures. Runs unchanged on both dialects. */
import type { Connection } from '../db/connection'
import { forUpdate, forUpdateOfFree, places } from '../db/dialect'
import type { SessionsTable, SignInFailuresTable, UsersTable } from '../db/tables'
import type { SessionId, TimeMs, UserId, Version } from '../../protocol/ids'

const userColumns = [
  'id',
  'version',
  'account',
  'account_key',
  'name',
  'sort_key',
  'letter',
  'password_hash',
  'register_client_id',
  'created_at',
] as const satisfies (keyof UsersTable)[]
const selectUser = `select ${userColumns.join(', ')} from users`

export async function userByKey(db: Connection, accountKey: string): Promise<UsersTable | undefined> {
  return db.one<UsersTable>(`${selectUser} where account_key = ?`, [accountKey])
}

/** Users among `ids`, in no order. */
export async function usersByIds(db: Connection, ids: readonly UserId[]): Promise<UsersTable[]> {
  if (ids.length === 0) return []
  return db.all<UsersTable>(`${selectUser} where id in (${places(ids.length)})`, ids)
}

/** Throws DbError `duplicate` when another node took the account in this moment: the funnel then runs the call again. */
export const insertUser = async (db: Connection, user: UsersTable): Promise<number> =>
  db.run(`insert into users (${userColumns.join(', ')}) values (${places(userColumns.length)})`, [
    user.id,
    user.version,
    user.account,
    user.account_key,
    user.name,
    user.sort_key,
    user.letter,
    user.password_hash,
    user.register_client_id,
    user.created_at,
  ])

const sessionColumns =
  'id, user_id, refresh_hash, previous_hash, device_name, platform, created_at, used_at, ended_at'

export const insertSession = async (db: Connection, session: SessionsTable): Promise<number> =>
  db.run(`insert into sessions (${sessionColumns}) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`, [
    session.id,
    session.user_id,
    session.refresh_hash,
    session.previous_hash,
    session.device_name,
    session.platform,
    session.created_at,
    session.used_at,
    session.ended_at,
  ])

export async function sessionById(db: Connection, id: SessionId): Promise<SessionsTable | undefined> {
  return db.one<SessionsTable>(`select ${sessionColumns} from sessions where id = ?`, [id])
}

export async function isSessionOpen(db: Connection, id: SessionId, userId: UserId): Promise<boolean> {
  const row = await db.one('select id from sessions where id = ? and user_id = ? and ended_at is null', [
    id,
    userId,
  ])
  return row !== undefined
}

export const rotateSession = async (
  db: Connection,
  id: SessionId,
  hashes: { refresh: string; previous: string },
  now: TimeMs,
): Promise<number> =>
  db.run('update sessions set refresh_hash = ?, previous_hash = ?, used_at = ? where id = ?', [
    hashes.refresh,
    hashes.previous,
    now,
    id,
  ])

/** Ends a session; false when it had ended before. */
export const endSession = async (db: Connection, id: SessionId, now: TimeMs): Promise<boolean> =>
  (await db.run('update sessions set ended_at = ? where id = ? and ended_at is null', [now, id])) > 0

/** Failures of an account. `lock`: the row stays as it is until the commit, so that tries at once count one by one. */
export async function failuresOf(
  db: Connection,
  accountKey: string,
  { lock } = { lock: false },
): Promise<SignInFailuresTable | undefined> {
  return db.one<SignInFailuresTable>(
    `select account_key, failures, wait_until from sign_in_failures where account_key = ?${lock ? forUpdate(db.dialect) : ''}`,
    [accountKey],
  )
}

/**
 * Counts one failure and returns the row as it is now, which stays locked until the commit. Throws DbError `duplicate`
 * when another node counted the first one in this moment.
 */
export async function countFailure(db: Connection, accountKey: string): Promise<SignInFailuresTable> {
  const added = await db.run('update sign_in_failures set failures = failures + 1 where account_key = ?', [
    accountKey,
  ])
  if (added === 0)
    await db.run('insert into sign_in_failures (account_key, failures, wait_until) values (?, 1, 0)', [
      accountKey,
    ])
  return (await failuresOf(db, accountKey)) ?? { account_key: accountKey, failures: 1, wait_until: 0 }
}

export const setWait = async (db: Connection, accountKey: string, until: TimeMs): Promise<number> =>
  db.run('update sign_in_failures set wait_until = ? where account_key = ?', [until, accountKey])

export const clearFailures = async (db: Connection, accountKey: string): Promise<number> =>
  db.run('delete from sign_in_failures where account_key = ?', [accountKey])

/** More than one failure adds, so that the table cannot grow for ever; few, so that no transaction is long. */
const prunedMax = 16

/** Forgets some of the accounts whose last wait ended before `before`. */
export async function pruneFailures(db: Connection, before: TimeMs): Promise<void> {
  const old = await db.all<Pick<SignInFailuresTable, 'account_key'>>(
    `select account_key from sign_in_failures where wait_until < ? order by wait_until limit ${prunedMax}${forUpdateOfFree(db.dialect)}`,
    [before],
  )
  if (old.length === 0) return
  const keys = old.map((row) => row.account_key)
  await db.run(`delete from sign_in_failures where account_key in (${places(keys.length)})`, keys)
}

/** A user's own row, when it changed after `since`. */
export const changedUser = async (db: Connection, id: UserId, since: Version): Promise<UsersTable[]> =>
  db.all<UsersTable>(`${selectUser} where id = ? and version > ?`, [id, since])
