import type { Challenges } from './challenges'
import type { TimeMs, UserId } from '../../protocol/ids'
import type { Connection } from '../db/connection'
import type { Passwords } from './passwords'
import type { Tokens } from './tokens'

/** Whom of `ids` a user may know, as later domains tell (A21): by keys alone, in a few indexed reads. */
export type Acquaintances = (
  db: Connection,
  user: UserId,
  ids: readonly UserId[],
  now: TimeMs,
) => Promise<UserId[]>

/** What app.ts hands to the operations of accounts. */
export interface AccountsDeps {
  tokens: Tokens
  passwords: Passwords
  challenges: Challenges
}

/** What reading profiles needs beside the database. */
export interface Sight {
  acquaintances: readonly Acquaintances[]
  /** Counts one profile that was not found (A22); 0, or milliseconds until the next one may be looked for. */
  countMiss(user: UserId): Promise<number>
}
