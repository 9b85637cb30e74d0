/** SQL of accounts: users, sessions, and what guards signing in. Runs unchanged on both dialects. */
import type { Connection } from '../db/connection'
import { forUpdateOfFree, insertOrLock, places, upsert } from '../db/dialect'
import type {
  DeviceTokensTable,
  SessionsTable,
  SignInBudgetsTable,
  SignInFailuresTable,
  UsersTable,
} from '../db/tables'
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

/** Failures of an account that still count. */
export async function failuresOf(db: Connection, accountKey: string, now: TimeMs): Promise<number> {
  const row = await db.one<SignInFailuresTable>(
    'select failures, wait_until from sign_in_failures where account_key = ?',
    [accountKey],
  )
  return row && row.wait_until > now ? row.failures : 0
}

/** Locks an account's row, which is made where there is none: tries at one account come one after the other until the commit. */
export const holdFailures = async (db: Connection, accountKey: string): Promise<number> =>
  db.run(
    insertOrLock(db.dialect, 'sign_in_failures', 'account_key', ['account_key', 'failures', 'wait_until']),
    [accountKey, 0, 0],
  )

/** Counts one failure on the locked row. It counts for `keptMs`, and for longer when more follow. */
export const countFailure = async (
  db: Connection,
  accountKey: string,
  now: TimeMs,
  keptMs: number,
): Promise<number> =>
  db.run('update sign_in_failures set failures = ?, wait_until = ? where account_key = ?', [
    (await failuresOf(db, accountKey, now)) + 1,
    now + keptMs,
    accountKey,
  ])

/** What is kept under these names for an account. */
export const budgetsOf = async (
  db: Connection,
  accountKey: string,
  names: readonly string[],
): Promise<Omit<SignInBudgetsTable, 'account_key' | 'kept_until'>[]> =>
  db.all(
    `select name, used_until, first_at, good_at from sign_in_budgets where account_key = ? and name in (${places(names.length)})`,
    [accountKey, ...names],
  )

const budgetColumns = ['account_key', 'name', 'used_until', 'first_at', 'good_at', 'kept_until'] as const
export const putBudget = async (db: Connection, row: SignInBudgetsTable): Promise<number> =>
  db.run(
    upsert(db.dialect, 'sign_in_budgets', ['account_key', 'name'], budgetColumns),
    budgetColumns.map((column) => row[column]),
  )

/** Marks an answered challenge; false: it was answered before. Also forgets some that are too old to be answered. */
export async function spendChallenge(
  db: Connection,
  id: string,
  expiresAt: TimeMs,
  now: TimeMs,
): Promise<boolean> {
  if (await db.one('select id from spent_challenges where id = ?', [id])) return false
  await db.run('insert into spent_challenges (id, expires_at) values (?, ?)', [id, expiresAt])
  await pruneBy(db, 'spent_challenges', ['id'], 'expires_at', now - spentKeptMs)
  return true
}

export async function deviceTokenByHash(
  db: Connection,
  hash: string,
): Promise<DeviceTokensTable | undefined> {
  return db.one<DeviceTokensTable>(
    'select hash, user_id, session_id, used_until, created_at, used_at from device_tokens where hash = ?',
    [hash],
  )
}

export const chargeDeviceToken = async (db: Connection, hash: string, usedUntil: TimeMs): Promise<number> =>
  db.run('update device_tokens set used_until = ? where hash = ?', [usedUntil, hash])

/** Keeps the token of a device that signed in, with its newest session; of a user's tokens the ones that were used last. */
export async function keepDeviceToken(
  db: Connection,
  { hash, userId, sessionId, now }: { hash: string; userId: UserId; sessionId: SessionId; now: TimeMs },
): Promise<void> {
  const again = await db.run(
    'update device_tokens set session_id = ?, used_at = ?, used_until = 0 where hash = ? and user_id = ?',
    [sessionId, now, hash, userId],
  )
  if (again > 0) return
  await db.run(
    'insert into device_tokens (hash, user_id, session_id, used_until, created_at, used_at) values (?, ?, ?, 0, ?, ?)',
    [hash, userId, sessionId, now, now],
  )
  const kept = await db.all<{ hash: string }>(
    'select hash from device_tokens where user_id = ? order by used_at desc, created_at desc',
    [userId],
  )
  const gone = kept.slice(deviceTokensMax).map((row) => row.hash)
  if (gone.length > 0) await db.run(`delete from device_tokens where hash in (${places(gone.length)})`, gone)
}
export const deviceTokensMax = 20

/** More than one failure adds, so that no table can grow for ever; few, so that no transaction is long. */
const prunedMax = 16
/** An answer is remembered beyond its end, so that no clock of another node takes it again. */
const spentKeptMs = 60_000

/** Forgets some failures that do not count any more, and some budgets that are full again. */
export async function prune(db: Connection, now: TimeMs): Promise<void> {
  await pruneBy(db, 'sign_in_failures', ['account_key'], 'wait_until', now)
  await pruneBy(db, 'sign_in_budgets', ['account_key', 'name'], 'kept_until', now)
}

async function pruneBy(
  db: Connection,
  table: string,
  key: readonly string[],
  end: string,
  before: TimeMs,
): Promise<void> {
  const old = await db.all<Record<string, string>>(
    `select ${key.join(', ')} from ${table} where ${end} < ? order by ${end} limit ${prunedMax}${forUpdateOfFree(db.dialect)}`,
    [before],
  )
  if (old.length === 0) return
  const one = `(${key.map((column) => `${column} = ?`).join(' and ')})`
  await db.run(
    `delete from ${table} where ${old.map(() => one).join(' or ')}`,
    old.flatMap((row) => key.map((column) => row[column] ?? '')),
  )
}

/** A user's own row, when it changed after `since`. */
export const changedUser = async (db: Connection, id: UserId, since: Version): Promise<UsersTable[]> =>
  db.all<UsersTable>(`${selectUser} where id = ? and version > ?`, [id, since])
