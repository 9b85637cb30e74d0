import { createHmac, generateKeyPairSync } from 'node:crypto'
import { createSigner } from 'fast-jwt'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accounts } from '../../protocol/accounts'
import { compile } from '../../protocol/define'
import { accessLifeMs, createTokens, hashOf } from './tokens'

const secret = 'a secret of tests, 32 chars long'
const tokens = createTokens(secret)
const now = 1_800_000_000_000
const facts = { userId: 7_000_000_000_000_001, sessionId: 7_000_000_000_000_002 }
const random = 'r'.repeat(43)

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
/** A token signed by hand, so that header and claims can be wrong. */
function forged(header: object, claims: object, key = secret): string {
  const open = `${part(header)}.${part(claims)}`
  return `${open}.${createHmac('sha256', key).update(open).digest('base64url')}`
}
const header = { alg: 'HS256', typ: 'JWT' }
const claims = {
  iss: 'tokenim',
  aud: 'tokenim',
  sub: String(facts.userId),
  sid: facts.sessionId,
  exp: now / 1000 + 60,
}
const without = (key: keyof typeof claims): object =>
  Object.fromEntries(Object.entries(claims).filter(([name]) => name !== key))

describe('access tokens', () => {
  it('[A4] say who they are for, for 15 minutes and not a second longer', () => {
    const { accessToken, accessExpiresAt } = tokens.access(facts, now)
    expect(accessExpiresAt).toBe(now + accessLifeMs)
    expect(accessLifeMs).toBe(15 * 60_000)
    expect(tokens.readAccess(accessToken, now)).toEqual(facts)
    expect(tokens.readAccess(accessToken, accessExpiresAt - 1)).toEqual(facts)
    expect(tokens.readAccess(accessToken, accessExpiresAt)).toBeUndefined()
  })

  it('[A4] hold when signed by hand with the right claims (so the refusals below have one cause each)', () => {
    expect(tokens.readAccess(forged(header, claims), now)).toEqual(facts)
  })

  it.each([
    ['another secret', forged(header, claims, 'another secret of 32 characters!')],
    ['no algorithm', `${part({ ...header, alg: 'none' })}.${part(claims)}.`],
    ['a stronger algorithm than the pinned one', createSigner({ key: secret, algorithm: 'HS512' })(claims)],
    ['an algorithm that the header lies about', forged({ ...header, alg: 'HS512' }, claims)],
    ['another issuer', forged(header, { ...claims, iss: 'other' })],
    ['another audience', forged(header, { ...claims, aud: 'other' })],
    ['no issuer', forged(header, without('iss'))],
    ['no audience', forged(header, without('aud'))],
    ['no end', forged(header, without('exp'))],
    ['no session', forged(header, without('sid'))],
    ['no user', forged(header, without('sub'))],
    ['a session that is no integer', forged(header, { ...claims, sid: 'x' })],
    ['a user that is no integer', forged(header, { ...claims, sub: '1.5' })],
    ['an end that is no number', forged(header, { ...claims, exp: '9999999999999' })],
    ['an end beyond any time', forged(header, { ...claims, exp: 1e300 })],
    ['critical headers nobody knows', forged({ ...header, crit: ['x'], x: 1 }, claims)],
    ['claims that are no object', forged(header, [1])],
    ['an empty text', ''],
    ['two dots', '..'],
    ['a refresh token', tokens.refresh(1, random).refreshToken],
  ])('[A4] do not hold with %s', (_what, token) => {
    expect(tokens.readAccess(token, now)).toBeUndefined()
  })

  it('[A4] do not hold when signed by a key pair', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' })
    expect(tokens.readAccess(createSigner({ key, algorithm: 'RS256' })(claims), now)).toBeUndefined()
  })

  it('[A4] never throw, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(tokens.readAccess(text, now)).toBeUndefined()
      }),
    )
  })

  it('need a secret worth the name', () => {
    expect(() => createTokens('short')).toThrow(/32/)
  })
})

describe('refresh tokens', () => {
  it('[A4] name their session and the token they replace, and are known by a hash', () => {
    const first = tokens.refresh(facts.sessionId, random)
    const second = tokens.refresh(facts.sessionId, random, first.hash)
    expect(tokens.readRefresh(first.refreshToken)).toEqual({
      sessionId: facts.sessionId,
      hash: hashOf(first.refreshToken),
      parent: '-',
    })
    expect(tokens.readRefresh(second.refreshToken)?.parent).toBe(first.hash)
    expect(first.hash).not.toContain(random)
  })

  it('[A4] fit the schema of the call that trades them', () => {
    const { refreshToken } = tokens.refresh(Number.MAX_SAFE_INTEGER, random, hashOf('x'))
    expect(compile(accounts['accounts.refresh'].input)({ refreshToken })).toBeUndefined()
  })

  it('[A5] cannot be made by others: one changed character and it is not ours', () => {
    const { refreshToken } = tokens.refresh(facts.sessionId, random)
    fc.assert(
      fc.property(
        fc.nat({ max: refreshToken.length - 1 }),
        fc.constantFrom('A', 'b', '.', '0'),
        (at, char) => {
          const other = refreshToken.slice(0, at) + char + refreshToken.slice(at + 1)
          fc.pre(other !== refreshToken)
          expect(tokens.readRefresh(other)).toBeUndefined()
        },
      ),
    )
    expect(createTokens('another secret of 32 characters!').readRefresh(refreshToken)).toBeUndefined()
    expect(tokens.readRefresh(`${refreshToken}.x`)).toBeUndefined()
  })
})
