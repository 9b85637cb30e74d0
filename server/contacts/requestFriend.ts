import { profileOf } from '../accounts'
import { handleWrite, ok, refuse } from '../handle'
import { befriend, lockPair } from './befriend'
import { putRequest } from './put-request'
import { decideAsk } from './rules'
import { isContact, requestFrom } from './sql'

/** Asks somebody to become friends; renews the request there is, or accepts the one the other sent (C2). */
export const requestFriend = handleWrite('contacts.requestFriend', {
  async run({ input: { userId: other, message }, caller: { userId: me } }, tx) {
    if (other === me) return refuse('selfRequest')
    if (!(await profileOf(tx.db, other))) return refuse('notFound')
    await lockPair(tx, me, other)
    const mine = await requestFrom(tx.db, me, other)
    const theirs = await requestFrom(tx.db, other, me)
    const friends = await isContact(tx.db, me, other)
    const verdict = decideAsk({ friends, mine: mine?.state, theirs: theirs?.state })
    if (verdict === 'alreadyFriends') return refuse(verdict)

    const at = tx.now()
    if (verdict === 'accept' && theirs) {
      await befriend(tx, theirs)
      return ok({ requestId: theirs.id, at })
    }
    const requestId = mine?.id ?? tx.newId()
    const request = { id: requestId, from_id: me, to_id: other, message, state: 'pending' as const, at }
    await putRequest(tx, request, mine ? 'changed' : 'new')
    return ok({ requestId, at })
  },
})
