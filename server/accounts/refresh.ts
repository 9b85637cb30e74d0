import { handleWrite, ok, refuse } from '../handle'
import type { AccountsDeps } from './deps'
import { decideRefresh } from './rules'
import { endSession, rotateSession, sessionById } from './sql'

/** Trades a refresh token for a new pair (A5). A copied token ends the session, which stays ended. */
export const refresh = ({ tokens }: AccountsDeps) =>
  handleWrite<'accounts.refresh', { random: string }>('accounts.refresh', {
    async prepare({ tools }) {
      return ok({ random: tools.token(32) })
    },

    async run({ input, prepared }, tx) {
      const token = tokens.readRefresh(input.refreshToken)
      const owner = token && (await sessionById(tx.db, token.sessionId))
      if (!owner) return refuse('sessionEnded')
      const { id: sessionId, user_id: userId } = owner
      await tx.lock([userId])
      const session = await sessionById(tx.db, sessionId)
      const facts = session && {
        current: session.refresh_hash,
        previous: session.previous_hash,
        endedAt: session.ended_at,
      }
      const verdict = decideRefresh(facts, token)
      const now = tx.now()
      if (verdict.is === 'reused') {
        await endSession(tx.db, sessionId, now)
        tx.notify({ userId, sessionId }, 'session.ended', { reason: 'revoked', at: now })
        return refuse('sessionEnded', undefined, { keep: true })
      }
      if (verdict.is === 'ended') return refuse('sessionEnded')

      const next = tokens.refresh(sessionId, prepared.random, verdict.previous)
      await rotateSession(tx.db, sessionId, { refresh: next.hash, previous: verdict.previous }, now)
      return ok({
        userId,
        sessionId,
        ...tokens.access({ userId, sessionId }, now),
        refreshToken: next.refreshToken,
      })
    },
  })
