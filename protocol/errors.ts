/**
 * The error catalogue: one row per code.
 * - `http`: status of a REST answer.
 * - `retry`: what the client does next. `never`: show it; `same`: send again at once with the same clientId;
 *   `later`: send again with the same clientId after a back-off.
 * - `text`: key of the message in the client's catalogue.
 * - `legacy`: code in the envelope of legacy clients.
 */
export type Retry = 'never' | 'same' | 'later'
export interface ErrorRow {
  readonly http: number
  readonly retry: Retry
  readonly text: string
  readonly legacy: number
}

const row = (http: number, retry: Retry, text: string, legacy = 400): ErrorRow => ({
  http,
  retry,
  text,
  legacy,
})

export const errors = {
  // any operation
  invalidInput: row(400, 'never', 'error.invalidInput'),
  unknownOperation: row(404, 'never', 'error.unknownOperation', 404),
  unauthenticated: row(401, 'never', 'error.unauthenticated', 401),
  forbidden: row(403, 'never', 'error.forbidden', 403),
  notFound: row(404, 'never', 'error.notFound', 404),
  conflict: row(409, 'never', 'error.conflict'),
  tooManyRequests: row(429, 'later', 'error.tooManyRequests', 429),
  overloaded: row(503, 'later', 'error.overloaded', 503),
  draining: row(503, 'same', 'error.draining', 503),
  storageFull: row(507, 'later', 'error.storageFull', 507),
  unavailable: row(503, 'later', 'error.unavailable', 503),
  internal: row(500, 'later', 'error.internal', 500),
  versionUnsupported: row(426, 'never', 'error.versionUnsupported', 426),
  // accounts
  accountTaken: row(409, 'never', 'error.accountTaken'),
  /** `reason`: `Weakness` of rules/password.ts. */
  passwordTooWeak: row(400, 'never', 'error.passwordTooWeak'),
  badCredentials: row(401, 'never', 'error.badCredentials'),
  challengeNeeded: row(428, 'never', 'error.challengeNeeded'),
  challengeFailed: row(403, 'never', 'error.challengeFailed'),
  sessionEnded: row(401, 'never', 'error.sessionEnded', 401),
  // contacts
  selfRequest: row(400, 'never', 'error.selfRequest'),
  alreadyFriends: row(409, 'never', 'error.alreadyFriends'),
  requestClosed: row(409, 'never', 'error.requestClosed'),
  // chat
  notMember: row(403, 'never', 'error.notMember', 403),
  notFriends: row(403, 'never', 'error.notFriends', 403),
  // made on the phone only
  offline: row(503, 'later', 'error.offline', 503),
  timeout: row(504, 'later', 'error.timeout', 504),
  tooOld: row(410, 'never', 'error.tooOld', 410),
  cancelled: row(499, 'never', 'error.cancelled', 499),
} satisfies Record<string, ErrorRow>

export type ErrorCode = keyof typeof errors

/** What the catalogue says to do next; a code of a newer server is final. */
export function retryOf(code: string): Retry {
  const rows: Partial<Record<string, ErrorRow>> = errors
  return rows[code]?.retry ?? 'never'
}

/** Codes that the funnel itself may answer to any call, beside those the operation declares. */
export type CommonErrorCode =
  | 'invalidInput'
  | 'unknownOperation'
  | 'unauthenticated'
  | 'forbidden'
  | 'conflict'
  | 'tooManyRequests'
  | 'overloaded'
  | 'draining'
  | 'storageFull'
  | 'unavailable'
  | 'internal'

/** A refusal as it travels. `data` holds machine-readable detail (`retryAfterMs`, `path`), never private facts. */
export interface Failure<E extends ErrorCode = ErrorCode> {
  code: E
  data?: Record<string, string | number | boolean>
}
export type Result<T, E extends ErrorCode = ErrorCode> =
  { ok: true; value: T } | { ok: false; error: Failure<E> }
