/** Pure rules of accounts. */

/** Look-ups ignore case (A1). Account names are ASCII by schema, so lower case is all the folding there is. */
export const accountKeyOf = (account: string): string => account.toLowerCase()

/** Could this text be an account at all? What could not is answered like an unknown account, but not counted. */
export const mayBeAccount = (text: string): boolean => /^[A-Za-z][A-Za-z0-9_-]{3,19}$/.test(text)

/**
 * A password as it is hashed (A19, RFC 8265's OpaqueString): composed, and with one kind of space, so that it is the same on
 * every keyboard. Case and white space at its ends are part of it.
 */
export const opaque = (password: string): string =>
  password.replace(/[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]/g, ' ').normalize('NFC')

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
