/** Pure rules of contacts. */

export type RequestState = 'pending' | 'accepted' | 'refused'

/** Whoever asked is not told of a refusal: his side says pending until he is accepted (C4). */
export const shownState = (state: RequestState, toSender: boolean): RequestState =>
  toSender && state === 'refused' ? 'pending' : state

export interface AskFacts {
  friends: boolean
  /** State of the request this user sent the other, if any, and of the one the other sent him. */
  mine: RequestState | undefined
  theirs: RequestState | undefined
}
export type AskVerdict = 'alreadyFriends' | 'accept' | 'renew' | 'ask'

/** What asking to become friends does (C2): at most one request between two users is pending. */
export function decideAsk({ friends, mine, theirs }: AskFacts): AskVerdict {
  if (friends) return 'alreadyFriends'
  if (theirs === 'pending') return 'accept'
  return mine === undefined ? 'ask' : 'renew'
}
