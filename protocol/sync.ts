/** Sync: how a phone comes to hold what the server holds. Rules Y… of SPEC.md. */
import { event, oneOf, op, record, t } from './define'
import { limits } from './limits'
import { Id, SeqNumber, StreamRow, Time } from './records'

const cursorCharsMax = 60
const Digest = t.Integer({
  minimum: 0,
  maximum: 0xffff_ffff,
  description: '`digestOf` the (stream, version) pairs that a phone holds.',
})

export const sync = {
  'sync.heads': op({
    kind: 'read',
    auth: 'user',
    limit: { per: 'user', count: 600, windowMs: 60_000 },
    input: record({
      cursor: t.Optional(
        t.String({ maxLength: cursorCharsMax, description: 'From the page before; absent: the first page.' }),
      ),
    }),
    output: record({
      heads: t.Array(record({ stream: Id, version: SeqNumber }), { maxItems: limits.headsPageMax }),
      cursor: t.Union([t.String({ maxLength: cursorCharsMax }), t.Null()]),
    }),
    errors: [],
    doc: "Heads of the caller's own stream (first) and of every conversation open to him, newest first.",
  }),
  'sync.pull': op({
    kind: 'read',
    auth: 'user',
    limit: { per: 'user', count: 6_000, windowMs: 60_000 },
    input: record({
      stream: Id,
      since: SeqNumber,
      limit: t.Optional(t.Integer({ minimum: 1, maximum: limits.pageRowsMax })),
    }),
    output: record({
      stream: Id,
      reset: t.Boolean({
        description: 'The phone drops every row it holds of this stream before it applies these.',
      }),
      from: SeqNumber,
      to: SeqNumber,
      head: SeqNumber,
      more: t.Boolean(),
      rows: t.Array(StreamRow, { maxItems: limits.frameRowsMax }),
    }),
    errors: ['notMember'],
    doc: 'Rows that changed after `since`, in version order, read in one snapshot with the head.',
  }),
  'sync.wait': op({
    kind: 'read',
    auth: 'user',
    limit: { per: 'user', count: 600, windowMs: 60_000 },
    input: record({ digest: Digest }),
    output: record({ digest: Digest }),
    errors: [],
    doc: 'Answers when what the caller should hold has another digest than the one he sent, or after `waitMs`. REST only.',
  }),
}

export const events = {
  'sync.changed': event({
    data: record({
      stream: Id,
      from: SeqNumber,
      to: SeqNumber,
      rows: t.Array(StreamRow, { maxItems: limits.frameRowsMax }),
    }),
    doc: 'Rows of one stream between two versions. Applied only if `from` is what the phone holds; otherwise it pulls.',
  }),
  'session.ended': event({
    data: record({ reason: oneOf('signedOut', 'revoked'), at: Time }),
    doc: 'This device is signed out: the phone wipes the mirror of the account.',
  }),
}
