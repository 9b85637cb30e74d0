/** May somebody speak here? Used by the server to refuse and by the phone to grey out. Rule S1. */
export interface SpeakFacts {
  /** The speaker has an open place in the conversation. */
  member: boolean
  kind: 'direct'
  /** In a direct chat: the two are friends. */
  friends: boolean
}
export type SpeakVerdict = { ok: true } | { ok: false; code: 'notMember' | 'notFriends' }

export function canSpeak(facts: SpeakFacts): SpeakVerdict {
  if (!facts.member) return { ok: false, code: 'notMember' }
  if (!facts.friends) return { ok: false, code: 'notFriends' }
  return { ok: true }
}
