import { handleWrite, ok } from '../handle'
import { endSession } from './sql'

/** Ends the session of the calling device; its sockets are told and closed (A6). */
export const signOut = handleWrite('accounts.signOut', {
  async run({ caller: { userId, sessionId } }, tx) {
    await tx.lock([userId])
    const now = tx.now()
    if (await endSession(tx.db, sessionId, now))
      tx.notify({ userId, sessionId }, 'session.ended', { reason: 'signedOut', at: now })
    return ok({})
  },
})
