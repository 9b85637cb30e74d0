import { describe, expect, it } from 'vitest'
import { decideAsk, shownState } from './rules'

describe('decideAsk', () => {
  const none = { friends: false, mine: undefined, theirs: undefined }

  it('[C2] asks when nobody has asked', () => {
    expect(decideAsk(none)).toBe('ask')
  })

  it.each(['pending', 'refused', 'accepted'] as const)('[C2] renews an own request that was %s', (mine) => {
    expect(decideAsk({ ...none, mine })).toBe('renew')
  })

  it('[C2] accepts what the other has asked', () => {
    expect(decideAsk({ ...none, theirs: 'pending' })).toBe('accept')
    expect(decideAsk({ ...none, mine: 'refused', theirs: 'pending' })).toBe('accept')
  })

  it('[C2] does not take a closed request of the other for a question', () => {
    expect(decideAsk({ ...none, theirs: 'refused' })).toBe('ask')
    expect(decideAsk({ ...none, theirs: 'accepted' })).toBe('ask')
  })

  it('[C3] asks nothing of a friend', () => {
    expect(decideAsk({ ...none, friends: true, theirs: 'pending' })).toBe('alreadyFriends')
  })
})

describe('shownState', () => {
  it('[C4] hides a refusal from the sender alone', () => {
    expect(shownState('refused', true)).toBe('pending')
    expect(shownState('refused', false)).toBe('refused')
    expect(shownState('accepted', true)).toBe('accepted')
    expect(shownState('pending', true)).toBe('pending')
  })
})
