import type { TimeMs } from '../../protocol/ids'
import type { Db } from '../db/connection'
import { isSessionOpen } from './sql'
import type { SessionFacts, Tokens } from './tokens'

/** Who a token belongs to; undefined when it does not hold (A4). One function for every transport. */
export type Authenticate = (db: Db, token: string) => Promise<SessionFacts | undefined>

/** Checks the signature, then with one indexed read that the session is still open. */
export const createAuthenticate =
  (tokens: Tokens, now: () => TimeMs): Authenticate =>
  async (db, token) => {
    const facts = tokens.readAccess(token, now())
    return facts && (await sessionIsOpen(db, facts)) ? facts : undefined
  }

/** Has nobody ended this session? One indexed read. */
export const sessionIsOpen = (db: Db, { sessionId, userId }: SessionFacts): Promise<boolean> =>
  isSessionOpen(db.lone, sessionId, userId)
