/** Contacts: friends and the requests to become one. */
import { op, record, t } from './define'
import { limits } from './limits'
import { ClientIdText, Id, Profile, Time, nameWords, noteWords } from './records'

export const contacts = {
  'contacts.searchAccount': op({
    kind: 'read',
    auth: 'user',
    limit: { per: 'user', count: 60, windowMs: 60_000 },
    input: record({ account: nameWords({ minLength: 1, maxLength: 64 }) }),
    output: record({ profile: t.Union([Profile, t.Null()]) }),
    errors: [],
    doc: 'Finds one user by the exact account, whatever its case. null: nobody.',
  }),
  'contacts.requestFriend': op({
    kind: 'write',
    auth: 'user',
    repeat: 'stored',
    limit: { per: 'user', count: 60, windowMs: 3600_000 },
    input: record({
      clientId: ClientIdText,
      userId: Id,
      message: noteWords({ maxLength: limits.requestMessageCharsMax }),
    }),
    output: record({ requestId: Id, at: Time }),
    errors: ['notFound', 'selfRequest', 'alreadyFriends'],
    doc: 'Asks somebody to become friends. A pending request between the two is renewed; one that the other side sent is accepted.',
  }),
  'contacts.acceptRequest': op({
    kind: 'write',
    auth: 'user',
    repeat: 'stored',
    limit: { per: 'user', count: 120, windowMs: 60_000 },
    input: record({ clientId: ClientIdText, requestId: Id }),
    output: record({ conversationId: Id, at: Time }),
    errors: ['notFound', 'requestClosed'],
    doc: 'Makes the two friends and opens their conversation.',
  }),
  'contacts.refuseRequest': op({
    kind: 'write',
    auth: 'user',
    repeat: 'stored',
    limit: { per: 'user', count: 120, windowMs: 60_000 },
    input: record({ clientId: ClientIdText, requestId: Id }),
    output: record({ at: Time }),
    errors: ['notFound', 'requestClosed'],
    doc: 'Closes a request. The sender is not told; asking again is possible.',
  }),
}
