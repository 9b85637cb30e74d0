import type { Input, Output } from '../../protocol'
import type { UserId } from '../../protocol/ids'
import type { Tx } from '../handle'
import { insertSession, keepDeviceToken } from './sql'
import { hashOf, type Tokens } from './tokens'

/** The device that signs in, and the token by which it is known next time (A12). */
export type SigningIn = Input<'accounts.signIn'>['device'] & { token: string }

/** Opens a session for one device and returns its first pair of tokens. `random`: 32 bytes from `prepare`. */
export async function openSession(
  tx: Tx,
  tokens: Tokens,
  userId: UserId,
  device: SigningIn,
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
  await keepDeviceToken(tx.db, { hash: hashOf(device.token), userId, sessionId, now })
  const access = tokens.access({ userId, sessionId }, now)
  return { userId, sessionId, ...access, refreshToken, deviceToken: device.token }
}
