/** Chat: conversations, messages, places. */
import { op, record, t } from './define'
import { limits } from './limits'
import { ClientIdText, Id, MessageRow, PositionRecord, SeqNumber, Time, seqBounds, words } from './records'

export const chat = {
  'chat.sendMessage': op({
    kind: 'write',
    auth: 'user',
    repeat: 'natural',
    limit: { per: 'user', count: 6_000, windowMs: 60_000 },
    input: record({
      conversationId: Id,
      clientId: ClientIdText,
      body: record({
        kind: t.Literal('text'),
        text: words({ minLength: 1, maxLength: limits.messageTextCharsMax }),
      }),
      seenSeq: t.Integer({
        ...seqBounds,
        description: 'Greatest seq the sender had on screen; moves the read position.',
      }),
    }),
    output: record({ seq: SeqNumber, at: Time }),
    errors: ['notMember', 'notFriends'],
    doc: 'Posts one message. The same clientId with the same body gets the first answer again, with another body `conflict`.',
  }),
  'chat.markRead': op({
    kind: 'write',
    auth: 'user',
    repeat: 'natural',
    limit: { per: 'user', count: 1_200, windowMs: 60_000 },
    input: record({ conversationId: Id, seq: SeqNumber }),
    output: record({ read: PositionRecord }),
    errors: ['notMember'],
    doc: 'Moves the read position up to seq; it never moves back and never beyond the head.',
  }),
  'chat.listMessages': op({
    kind: 'read',
    auth: 'user',
    limit: { per: 'user', count: 600, windowMs: 60_000 },
    input: record({
      conversationId: Id,
      beforeSeq: t.Integer({
        ...seqBounds,
        minimum: 1,
        description: 'Messages below this seq, newest of them first chosen.',
      }),
      limit: t.Integer({ minimum: 1, maximum: limits.pageRowsMax }),
    }),
    output: record({ rows: t.Array(MessageRow, { maxItems: limits.pageRowsMax }), more: t.Boolean() }),
    errors: ['notMember'],
    doc: 'A page of history in seq order. Rows merge like any other: greater version wins.',
  }),
}
