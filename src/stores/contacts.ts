import { defineStore } from 'pinia'
import type { UserId } from '../../protocol/ids'
import type { Profile } from '../../protocol/records'
import type { ContactView } from '../engine/face'
import { derived } from './derived'
import { call, viewOf } from './engine'

export interface LetterSection {
  letter: string
  contacts: ContactView[]
}

/** Splits contacts, which come in order, by letter. */
export function sectionsOf(contacts: readonly ContactView[]): LetterSection[] {
  const sections: LetterSection[] = []
  for (const contact of contacts) {
    const last = sections[sections.length - 1]
    if (last && last.letter === contact.profile.letter) last.contacts.push(contact)
    else sections.push({ letter: contact.profile.letter, contacts: [contact] })
  }
  return sections
}

/** Friends, requests, and what somebody can do about them. */
export const useContacts = defineStore('contacts', () => {
  const contacts = viewOf(['contacts', 'session'], (e) => e.contacts())
  const requests = viewOf(['contacts', 'session'], (e) => e.requests())
  const sections = derived(() => sectionsOf(contacts.value))
  /** Requests that wait for me. */
  const waiting = derived(() => requests.value.filter((r) => r.incoming && r.state === 'pending').length)
  const found = new Map<UserId, Profile>()

  const friendOf = (id: UserId): ContactView | undefined => contacts.value.find((c) => c.profile.id === id)
  return {
    contacts,
    requests,
    sections,
    waiting,
    friendOf,
    /** A friend's profile, or one that a search has found. */
    profileOf: (id: UserId): Profile | undefined => friendOf(id)?.profile ?? found.get(id),
    /** Finds one user by the exact account; null: nobody. */
    async search(account: string) {
      const result = await call('contacts.searchAccount', { account })
      if (result.ok && result.value.profile) found.set(result.value.profile.id, result.value.profile)
      return result
    },
    /** Errors: notFound, selfRequest, alreadyFriends. */
    request: (userId: UserId, message: string) => call('contacts.requestFriend', { userId, message }),
    accept: (requestId: number) => call('contacts.acceptRequest', { requestId }),
    refuse: (requestId: number) => call('contacts.refuseRequest', { requestId }),
  }
})
