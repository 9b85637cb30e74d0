import { defineStore } from 'pinia'
import type { ClientId, UserId } from '../../protocol/ids'
import type { Profile } from '../../protocol/records'
import type { ContactView } from '../engine/face'
import { derived } from './derived'
import { ask, call, viewOf } from './engine'

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
  const profile = viewOf(['contacts', 'session'], (e) => (id: UserId) => e.profile(id))

  const friendOf = (id: UserId): ContactView | undefined => contacts.value.find((c) => c.profile.id === id)
  return {
    contacts,
    requests,
    sections,
    waiting,
    friendOf,
    /** Anybody's that is known here; `fetchProfile` makes it known, or newer. */
    profileOf: (id: UserId): Profile | undefined => profile.value(id),
    fetchProfile: (id: UserId) =>
      call('accounts.getProfiles', { profiles: [{ id, have: profile.value(id)?.version ?? 0 }] }),
    /** Finds one user by the exact account; null: nobody. */
    search: (account: string) => call('contacts.searchAccount', { account }),
    /** Errors: notFound, selfRequest, alreadyFriends. */
    request: (userId: UserId, message: string) => call('contacts.requestFriend', { userId, message }),
    accept: (requestId: number) => call('contacts.acceptRequest', { requestId }),
    refuse: (requestId: number) => call('contacts.refuseRequest', { requestId }),
    /** My asking of somebody that the server has not taken yet. */
    askOf: (id: UserId) => requests.value.find(({ incoming, peerId }) => !incoming && peerId === id)?.act,
    /** Takes an asking or answering back. Errors: conflict (it has left), notFound (it has arrived). */
    takeBack: (clientId: ClientId) => ask({ is: 'cancel', clientId }),
  }
})
