/** A small domain for tests of the funnel and of sync: notes, written to streams. No part of the product. */
import { op, record, t, type OpDefinition } from '../../protocol/define'
import type { StreamId } from '../../protocol/ids'
import { limits } from '../../protocol/limits'
import { ClientIdText, Id, SeqNumber, type RowOf } from '../../protocol/records'
import type { Connection, Db, Dialect } from '../../server/db/connection'
import { upsert } from '../../server/db/dialect'
import type { AnyCall, AnyOutcome, AnyRead, AnyWrite } from '../../server/funnel'
import { ok, refuse, type Tx } from '../../server/handle'
import { insertHead } from '../../server/sync/heads'
import type { RowSource } from '../../server/sync/sources'

const what = ['ok', 'refuse', 'keep', 'throw', 'undeclared', 'odd'] as const
/** What the call does after it wrote its note. */
export type What = (typeof what)[number]
export interface NoteInput {
  clientId: string
  streams: StreamId[]
  text: string
  what: What
  /** Which note is written; absent: a new one. */
  slot?: number
}

const limit = { per: 'user', count: 1_000_000, windowMs: 60_000 } as const
const input = record({
  clientId: ClientIdText,
  streams: t.Array(Id, { maxItems: 512 }),
  text: t.String({ maxLength: 20_000 }),
  what: t.Union(what.map((w) => t.Literal(w))),
  slot: t.Optional(SeqNumber),
})
const output = record({ versions: t.Array(SeqNumber, { maxItems: 512 }), at: SeqNumber })
const common = { kind: 'write', auth: 'user', limit, input, output, doc: 'Writes a note.' } as const

export const noteOps: Record<string, OpDefinition> = {
  'notes.write': op({ ...common, repeat: 'natural', errors: ['notFound'] }),
  'notes.writeOnce': op({ ...common, repeat: 'stored', errors: ['notFound'] }),
  'notes.writeMany': op({ ...common, repeat: 'natural', errors: ['notFound'] }),
  'notes.rare': op({
    ...{ ...common, repeat: 'natural', errors: ['notFound'] },
    limit: { per: 'user', count: 2, windowMs: 60_000 },
  }),
  'notes.atNight': op({ ...common, auth: 'system', repeat: 'natural', errors: [] }),
  'notes.count': op({
    ...{ kind: 'read', auth: 'user', limit, errors: [], doc: 'Counts the notes of a stream.' },
    input: record({ stream: Id }),
    output: record({ count: SeqNumber }),
  }),
}

const inputOf = (call: AnyCall): NoteInput => call.input as NoteInput

async function write(call: AnyCall, tx: Tx): Promise<AnyOutcome> {
  const { streams, text, what, slot } = inputOf(call)
  if (streams.some((stream) => !tx.head(stream))) return refuse('notFound')
  const versions: number[] = []
  for (const stream of streams) {
    const { v } = tx.change(stream, (v) => noteRow(v, slot ?? v, text))
    await tx.db.run(putNote(tx.db.dialect), [stream, slot ?? v, v, text])
    versions.push(v)
  }
  tx.notify({ userId: 1 }, 'session.ended', { reason: 'revoked', at: 1 })
  switch (what) {
    case 'ok':
      return ok({ versions, at: 1 })
    case 'odd':
      return ok({ versions: 'none' })
    case 'refuse':
      return refuse('notFound')
    case 'keep':
      return refuse('notFound', undefined, { keep: true })
    case 'undeclared':
      return refuse('selfRequest')
    case 'throw':
      throw new Error('thrown on purpose')
  }
}

export const writeNote: AnyWrite = {
  async run(call, tx) {
    await tx.lock(inputOf(call).streams)
    return write(call, tx)
  },
}
/** Keeps the contract of `batch`: all is decided before the first write. Throws when one of its calls would. */
const many: AnyWrite = {
  lane: (call) => inputOf(call).streams[0] ?? 0,
  run: writeNote.run,
  async batch(calls, tx) {
    await tx.lock(calls.flatMap((call) => inputOf(call).streams))
    const outcomes: AnyOutcome[] = []
    for (const call of calls) {
      const refused = inputOf(call).what === 'refuse'
      outcomes.push(refused ? refuse('notFound') : await write(call, tx))
    }
    return outcomes
  },
}

export const noteHandlers: Record<string, AnyRead | AnyWrite> = {
  'notes.write': writeNote,
  'notes.writeOnce': writeNote,
  'notes.writeMany': many,
  'notes.rare': writeNote,
  'notes.atNight': writeNote,
  'notes.count': {
    run: async ({ input, db }) =>
      ok({ count: (await notesOf(db, (input as { stream: number }).stream)).length }),
  } satisfies AnyRead,
}

const putNote = (dialect: Dialect) =>
  upsert(dialect, 'notes', ['stream', 'slot'], ['stream', 'slot', 'version', 'note'])

/** The rows of the domain are messages, since sync knows only the product's rows. */
export const noteRow = (v: number, slot: number, text: string): RowOf<'message'> => ({
  ...{ k: 'message', v, seq: slot, from: 1, clientId: 'c', at: 1, countable: 1 },
  body: { kind: 'text', text },
})

interface NoteRecord {
  slot: number
  version: number
  note: string
}
const toRow = ({ slot, version, note }: NoteRecord) => noteRow(version, slot, note)
const select = 'SELECT slot, version, note FROM notes WHERE stream = ?'

/** Notes of a stream in version order. */
export const notesOf = async (db: Connection, stream: StreamId): Promise<NoteRecord[]> =>
  db.all<NoteRecord>(`${select} ORDER BY version`, [stream])

/** Two sources for each kind of stream, of the odd slots and the even ones: sync has to merge them. */
export const noteSources: readonly RowSource[] = (['conversation', 'user'] as const).flatMap((of) => [
  { of, changed: changedOf(0), snapshot },
  { of, changed: changedOf(1) },
])

function changedOf(rest: 0 | 1): RowSource['changed'] {
  return async (db, stream, _viewer, since, limit) => {
    const binds = [stream, rest, since, limit]
    const where = 'AND slot % 2 = ? AND version > ? ORDER BY version LIMIT ?'
    return (await db.all<NoteRecord>(`${select} ${where}`, binds)).map(toRow)
  }
}
async function snapshot(db: Connection, stream: StreamId): Promise<RowOf<'message'>[]> {
  const binds = [stream, limits.windowMessages]
  return (await db.all<NoteRecord>(`${select} ORDER BY slot DESC LIMIT ?`, binds)).map(toRow)
}

/** Makes the table of notes. */
export async function makeNotes(db: Db): Promise<void> {
  await db.write(async (c) => {
    await c.run(
      'CREATE TABLE notes (stream BIGINT, slot BIGINT, version BIGINT, note TEXT, PRIMARY KEY (stream, slot))',
    )
  })
}

/** Makes these streams anew, without notes. */
export async function clearNotes(db: Db, streams: readonly StreamId[]): Promise<void> {
  await db.write(async (c) => {
    for (const table of ['notes', 'heads', 'changes', 'repeats']) await c.run(`DELETE FROM ${table}`)
    for (const stream of streams) await insertHead(c, stream)
  })
}
