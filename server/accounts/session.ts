import type { Input, Output } from '../../protocol'
import type { UserId } from '../../protocol/ids'
import type { Tx } from '../handle'
import { insertSession } from './sql'
import type { Tokens } from './tokens'

/** Opens a session for one device and returns its first pair of tokens. `random`: 32 bytes from `prepare`. */
export async function openSession(
  tx: Tx,
  tokens: Tokens,
  userId: UserId,
  device: Input<'accounts.signIn'>['device'],
  random: string,
): Promise<Output<'accounts.signIn'>> {
  const now = tx.now()
  const sessionId = tx.newId()
  const { refreshToken, hash } = tokens.refresh(sessionId, random)
  await insertSession(tx.db, {
    id: sessionId,
    user_id: userId,
    refresh_hash: hash,
    previous_hash: null,
    device_name: device.name,
    platform: device.platform,
    created_at: now,
    used_at: now,
    ended_at: null,
  })
  return { userId, sessionId, ...tokens.access({ userId, sessionId }, now), refreshToken }
}
