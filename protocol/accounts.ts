/** Accounts: who somebody is, and on which devices. */
import { oneOf, op, record, t } from './define'
import { limits } from './limits'
import { ClientIdText, Empty, Id, Profile, SeqNumber, Time, nameWords } from './records'

export const AccountName = t.String({
  minLength: limits.accountCharsMin,
  maxLength: limits.accountCharsMax,
  pattern: '^[A-Za-z][A-Za-z0-9_-]*$',
  description:
    'Starts with a letter; letters, digits, _ and -. Case is kept for show and ignored for look-up.',
})
const Password = t.String({
  minLength: limits.passwordCharsMin,
  maxLength: limits.passwordUnitsMax,
  description: '8 to 128 signs, none of them trimmed; refused when it is easy to guess.',
})
const Device = record({
  name: nameWords({ minLength: 1, maxLength: 60 }),
  platform: oneOf('h5', 'app', 'mp-weixin', 'other'),
})
const Token = t.String({ maxLength: limits.tokenCharsMax })
export const SessionTokens = record({
  userId: Id,
  sessionId: Id,
  accessToken: Token,
  accessExpiresAt: Time,
  accessForMs: t.Integer({
    minimum: 0,
    maximum: 86_400_000,
    description: 'How long the access token holds, to be counted from the arrival of this answer.',
  }),
  refreshToken: Token,
})
/** Tokens of a session, and one by which the server knows the device when the account signs in on it again. */
export const SignedIn = record({ ...SessionTokens.properties, deviceToken: Token })

const AnyAccount = nameWords({ minLength: 1, maxLength: 64 })
const Sealed = t.String({ minLength: 1, maxLength: 200 })
const WorkNumber = t.Integer({ minimum: 0, maximum: limits.challengeNumberMax })
/** What signs a challenge as the server's; the phone sends it back as it came. */
const challenge = {
  challenge: Sealed,
  salt: Sealed,
  signature: Sealed,
}

export const accounts = {
  'accounts.register': op({
    kind: 'write',
    auth: 'public',
    repeat: 'natural',
    limit: { per: 'address', count: 20, windowMs: 3600_000 },
    input: record({
      clientId: ClientIdText,
      account: AccountName,
      password: Password,
      name: nameWords({
        maxLength: limits.nameCharsMax,
        description: 'Kept without white space around it (T2).',
      }),
      device: Device,
    }),
    output: SignedIn,
    errors: ['accountTaken', 'passwordTooWeak'],
    doc: 'Makes an account and signs this device in. Repeated with the same clientId and password it signs in again.',
  }),
  'accounts.signIn': op({
    kind: 'write',
    auth: 'public',
    repeat: 'natural',
    limit: { per: 'address', count: 60, windowMs: 600_000 },
    input: record({
      account: AnyAccount,
      password: t.String({ minLength: 1, maxLength: limits.passwordUnitsMax }),
      device: Device,
      deviceToken: t.Optional(t.String({ minLength: 1, maxLength: limits.tokenCharsMax })),
      answer: t.Optional(record({ ...challenge, number: WorkNumber })),
    }),
    output: SignedIn,
    errors: ['badCredentials', 'challengeNeeded', 'challengeFailed'],
    doc: 'Signs a device in. Unknown accounts and wrong passwords get the same answer in the same time. While an account is under guessing it takes a deviceToken of an earlier sign-in or an answered challenge of accounts.getChallenge (challengeNeeded).',
  }),
  'accounts.getChallenge': op({
    kind: 'read',
    auth: 'public',
    limit: { per: 'address', count: 60, windowMs: 600_000 },
    input: record({ account: AnyAccount }),
    output: record({ ...challenge, algorithm: oneOf('SHA-256'), maxNumber: WorkNumber }),
    errors: [],
    doc: 'A challenge for one sign-in of this account from this address, within 2 minutes: the number up to maxNumber for which the SHA-256 of salt and number (decimal) is challenge, in hex. Harder with each failure of the account, whether it exists or not.',
  }),
  'accounts.refresh': op({
    kind: 'write',
    auth: 'public',
    repeat: 'natural',
    limit: { per: 'address', count: 600, windowMs: 600_000 },
    input: record({ refreshToken: t.String({ minLength: 20, maxLength: 200 }) }),
    output: SessionTokens,
    errors: ['sessionEnded'],
    doc: 'Trades a refresh token for a new pair. The replaced token stays good until its successor is used; using it later ends the session.',
  }),
  'accounts.signOut': op({
    kind: 'write',
    auth: 'user',
    repeat: 'natural',
    limit: { per: 'user', count: 60, windowMs: 60_000 },
    input: Empty,
    output: Empty,
    errors: [],
    doc: 'Ends the session of this device and closes its sockets.',
  }),
  'accounts.getProfiles': op({
    kind: 'read',
    auth: 'user',
    limit: { per: 'user', count: 240, windowMs: 60_000 },
    input: record({
      profiles: t.Array(record({ id: Id, have: SeqNumber }), {
        minItems: 1,
        maxItems: limits.profilesPerCallMax,
      }),
    }),
    output: record({ profiles: t.Array(Profile, { maxItems: limits.profilesPerCallMax }) }),
    errors: [],
    doc: 'Profiles that are newer than what the caller has, of people he may know (A21). Others are left out, as unknown ids are.',
  }),
}
