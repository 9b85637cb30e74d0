import { handleWrite, ok } from '../handle'
import { loadAnswerable } from './answerable'
import { befriend } from './befriend'

/** Makes the two friends and opens their conversation (C3). */
export const acceptRequest = handleWrite('contacts.acceptRequest', {
  async run({ input, caller }, tx) {
    const request = await loadAnswerable(tx, input.requestId, caller.userId)
    if ('ok' in request) return request
    return ok({ conversationId: await befriend(tx, request), at: tx.now() })
  },
})
