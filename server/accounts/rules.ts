/** Pure rules of accounts. */

/** Look-ups ignore case (A1). Account names are ASCII by schema, so lower case is all the folding there is. */
export const accountKeyOf = (account: string): string => account.toLowerCase()

/** Could this text be an account at all? What could not is answered like an unknown account, but not counted. */
export const mayBeAccount = (text: string): boolean => /^[A-Za-z][A-Za-z0-9_-]{3,19}$/.test(text)

const freeFailures = 5
const waitMsMin = 1_000
const waitMsMax = 15 * 60_000

/** How long the next try of an account waits after `failures` failures in a row, in ms (A3). */
export function waitAfterFailures(failures: number): number {
  if (failures < freeFailures) return 0
  return Math.min(waitMsMax, waitMsMin * 2 ** Math.min(failures - freeFailures, 30))
}

/** What is left of a wait, in ms. However clocks differ or jump, it is never longer than the failures ask for. */
export const waitLeftMs = (failures: number, untilMs: number, nowMs: number): number =>
  Math.min(waitAfterFailures(failures), Math.max(0, untilMs - nowMs))

/** Failures so long after the last wait are forgotten, whether the account exists or not (A3). */
export const forgetFailuresMs = 24 * 3600_000

/** What is kept of a session's refresh tokens: hashes. */
export interface RefreshFacts {
  current: string
  previous: string | null
  endedAt: number | null
}
/** A token of ours that was presented: its hash, and the hash of the token it replaced. */
export interface PresentedToken {
  hash: string
  parent: string
}
export type RefreshVerdict = { is: 'rotate'; previous: string } | { is: 'ended' } | { is: 'reused' }

/**
 * May this token be traded (A5)? Good are the current token, the one it replaced while nobody used the current one, and
 * a twin of the current one: two calls with the same token got two successors, and either may be the one that arrived.
 * The first successor that is used becomes `previous`; from then on every older one and every twin tells of a copy.
 */
export function decideRefresh(session: RefreshFacts | undefined, token: PresentedToken): RefreshVerdict {
  if (!session || session.endedAt !== null) return { is: 'ended' }
  if (token.hash === session.previous) return { is: 'rotate', previous: token.hash }
  const isCurrent = token.hash === session.current
  const isTwin = session.previous !== null && token.parent === session.previous
  return isCurrent || isTwin ? { is: 'rotate', previous: token.hash } : { is: 'reused' }
}
