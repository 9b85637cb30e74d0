/**
 * Access tokens (JWT, checked by signature) and refresh tokens (opaque, kept as hashes). One secret signs both. Nothing
 * here reads a clock or throws dice: both are handed in.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { createSigner, createVerifier } from 'fast-jwt'
import type { SessionId, TimeMs, UserId } from '../../protocol/ids'

export const accessLifeMs = 15 * 60_000
const secretBytesMin = 32
const iss = 'tokenim'
const aud = 'tokenim'

export interface SessionFacts {
  userId: UserId
  sessionId: SessionId
}
export interface RefreshToken {
  sessionId: SessionId
  hash: string
  /** Hash of the token this one replaced; '-' for the first of a session. */
  parent: string
}
export interface Tokens {
  /** Signs an access token that holds for `accessLifeMs` from `now` (A4). */
  access(
    facts: SessionFacts,
    now: TimeMs,
  ): {
    accessToken: string
    accessExpiresAt: TimeMs
    /** What a phone counts from its arrival, whatever its own clock says (W25). */
    accessForMs: number
  }
  /** What an access token says, or undefined when it is not ours or too old. Whether the session is open, the database knows. */
  readAccess(token: string, now: TimeMs): SessionFacts | undefined
  /** A refresh token from 32 random bytes. It names its session and the token it replaces, and is signed. */
  refresh(sessionId: SessionId, random: string, parent?: string): { refreshToken: string; hash: string }
  /** Reads a refresh token; undefined when we never made it. */
  readRefresh(token: string): RefreshToken | undefined
}

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url')

export function createTokens(secret: string): Tokens {
  if (secret.length < secretBytesMin) throw new Error('The token secret needs at least 32 characters.')
  const sign = createSigner({ key: secret, algorithm: 'HS256', iss, aud, noTimestamp: true })
  const verify = createVerifier({
    key: secret,
    algorithms: ['HS256'],
    allowedIss: iss,
    allowedAud: aud,
    requiredClaims: ['iss', 'aud', 'exp', 'sub', 'sid'],
    ignoreExpiration: true, // the library asks its own clock; readAccess asks ours
  })
  const seal = (text: string): string =>
    createHmac('sha256', secret).update(`refresh:${text}`).digest('base64url')

  return {
    access({ userId, sessionId }, now) {
      const exp = Math.floor((now + accessLifeMs) / 1000)
      const accessToken = sign({ sub: String(userId), sid: sessionId, iat: Math.floor(now / 1000), exp })
      return { accessToken, accessExpiresAt: exp * 1000, accessForMs: exp * 1000 - now }
    },
    readAccess(token, now) {
      const claims = claimsOf(() => verify(token) as unknown)
      return claims && now < claims.exp * 1000
        ? { userId: claims.userId, sessionId: claims.sessionId }
        : undefined
    },
    refresh(sessionId, random, parent = '-') {
      const open = `${sessionId.toString(36)}.${random}.${parent}`
      const refreshToken = `${open}.${seal(open)}`
      return { refreshToken, hash: hashOf(refreshToken) }
    },
    readRefresh(token) {
      const [session, random, parent, sealed, ...rest] = token.split('.')
      if (!session || !random || !parent || !sealed || rest.length > 0) return undefined
      if (!equal(sealed, seal(`${session}.${random}.${parent}`))) return undefined
      return { sessionId: Number.parseInt(session, 36), hash: hashOf(token), parent }
    },
  }
}

function claimsOf(read: () => unknown): (SessionFacts & { exp: number }) | undefined {
  let claims: unknown
  try {
    claims = read()
  } catch {
    return undefined
  }
  const { sub, sid, exp } = claims as Record<string, unknown>
  const userId = Number(sub)
  const fits = Number.isSafeInteger(userId) && Number.isSafeInteger(sid) && Number.isSafeInteger(exp)
  return fits ? { userId, sessionId: Number(sid), exp: Number(exp) } : undefined
}

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
