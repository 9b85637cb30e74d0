import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../protocol/errors'
import { DbError, type Db } from '../../server/db/connection'
import { createDispatch } from '../../server/dispatch'
import type { AnyWrite } from '../../server/funnel'
import { ok, type Caller } from '../../server/handle'
import { memoryLimiter } from '../../server/limiter'
import { databases } from './databases'
import { alice, gate, note, testFunnel, tools } from './funnel'
import { clearNotes, makeNotes, noteHandlers, noteOps, notesOf, writeNote } from './notes'

const anonymous: Caller = { kind: 'anonymous', address: '10.0.0.1' }

describe.each(databases)('dispatch on $name', ({ open }) => {
  let db: Db
  beforeAll(async () => {
    db = await open()
    await makeNotes(db)
  })
  beforeEach(() => clearNotes(db, [11]))
  afterAll(() => db.close())
  const count = async () => (await db.read((c) => notesOf(c, 11))).length

  it('[F1] reads run on a snapshot, writes in a transaction', async () => {
    const { call, changes } = testFunnel(db)
    expect(await call('notes.write', note([11]))).toEqual({ ok: true, value: { versions: [1], at: 1 } })
    expect(await call('notes.count', { stream: 11 })).toEqual({ ok: true, value: { count: 1 } })
    expect(changes).toMatchObject([{ stream: 11, from: 0, to: 1 }])
  })

  it.each<[string, Caller, unknown, ErrorCode]>([
    ['notes.none', alice, {}, 'unknownOperation'],
    ['__proto__', alice, {}, 'unknownOperation'],
    ['toString', alice, {}, 'unknownOperation'],
    ['notes.write', anonymous, note([11]), 'unauthenticated'],
    ['notes.count', anonymous, { stream: 11 }, 'unauthenticated'],
    ['notes.write', { kind: 'system' }, note([11]), 'unauthenticated'],
    ['notes.atNight', alice, note([11]), 'forbidden'],
    ['notes.atNight', anonymous, note([11]), 'forbidden'],
    ['notes.write', alice, { ...note([11]), more: 1 }, 'invalidInput'],
  ])('[F2] %s by %j is answered without writing', async (op, caller, input, code) => {
    const { dispatch, logged } = testFunnel(db)
    expect(await dispatch({ op, caller, input })).toMatchObject({ ok: false, error: { code } })
    expect([await count(), logged]).toEqual([0, []])
  })

  it('[F2] says where an input does not fit, and lets timed jobs call their own', async () => {
    const { call, dispatch } = testFunnel(db)
    expect(await call('notes.write', { ...note([11]), text: 5 })).toMatchObject({
      error: { code: 'invalidInput', data: { path: '/text' } },
    })
    const result = await dispatch({ op: 'notes.atNight', caller: { kind: 'system' }, input: note([11]) })
    expect(result).toMatchObject({ ok: true })
  })

  it('[F2] no input, however odd, is an internal failure or writes', async () => {
    const { call, logged } = testFunnel(db)
    const odd = fc.oneof(
      fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true }),
      fc.record({
        clientId: fc.anything(),
        streams: fc.anything(),
        text: fc.anything(),
        what: fc.anything(),
      }),
    )
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...Object.keys(noteOps)), odd, async (op, input) => {
        const result = await call(op, input)
        expect(result).toMatchObject({ ok: false })
        expect(result.ok ? '' : result.error.code).not.toBe('internal')
      }),
      { numRuns: 300 },
    )
    expect([await count(), logged]).toEqual([0, []])
  })

  it('[F8] codes that are not declared, odd outputs and throws leave as internal, logged without the input', async () => {
    const { call, logged } = testFunnel(db)
    for (const what of ['undeclared', 'throw', 'odd'] as const) {
      const result = await call('notes.write', note([11], what, { text: 'secret words' }))
      expect(result).toMatchObject({ ok: false, error: { code: 'internal' } })
      const ref = result.ok ? undefined : result.error.data?.ref
      expect(logged.at(-1)).toMatchObject({ op: 'notes.write', ref })
    }
    expect(logged).toHaveLength(3)
    expect(JSON.stringify(logged)).not.toContain('secret words')
  })

  it('[F8] a declared code and a common one leave as they are', async () => {
    const { call, logged } = testFunnel(db)
    expect(await call('notes.write', note([99]))).toEqual({ ok: false, error: { code: 'notFound' } })
    expect(logged).toEqual([])
  })

  it('[F10] beyond its rate limit a call does nothing, for that user and operation alone', async () => {
    const { call, dispatch } = testFunnel(db)
    for (let i = 0; i < 2; i++) expect(await call('notes.rare', note([11]))).toMatchObject({ ok: true })
    const third = await call('notes.rare', note([11]))
    expect(third).toMatchObject({ ok: false, error: { code: 'tooManyRequests' } })
    const retryAfterMs = third.ok ? 0 : third.error.data?.retryAfterMs
    expect(retryAfterMs).toBeGreaterThan(0)
    expect(retryAfterMs).toBeLessThanOrEqual(60_000)
    expect(await count()).toBe(2)
    const bob = { ...alice, userId: 8 }
    expect(await dispatch({ op: 'notes.rare', input: note([11]), caller: bob })).toMatchObject({ ok: true })
    expect(await call('notes.write', note([11]))).toMatchObject({ ok: true })
  })

  /** The funnel with one operation replaced. */
  const funnelWith = (handler: AnyWrite, database = db) => {
    const { commit } = testFunnel(db)
    const log = { warn: () => undefined, error: () => undefined }
    return createDispatch({
      ...{ ops: noteOps, commit, db: database, tools, log, limiter: memoryLimiter() },
      handlers: { ...noteHandlers, 'notes.write': handler },
    })
  }

  it('[F1] prepare comes before the transaction, may refuse, and cannot write', async () => {
    const seen: unknown[] = []
    const { dispatch } = funnelWith({
      async prepare({ input, db: before }) {
        const { text } = input as { text: string }
        if (text === 'no') return { ok: false, error: { code: 'notFound' }, keep: false }
        const [row] = await before.all<{ n: number }>('SELECT COUNT(*) AS n FROM notes')
        if (text === 'write') await before.run('DELETE FROM notes')
        return { ok: true, value: row?.n }
      },
      async run(call, tx) {
        seen.push(call.prepared)
        return writeNote.run(call, tx)
      },
    })
    const call = (text: string) =>
      dispatch({ op: 'notes.write', caller: alice, input: note([11], 'ok', { text }) })
    expect(await call('yes')).toMatchObject({ ok: true })
    expect(await call('no')).toMatchObject({ ok: false, error: { code: 'notFound' } })
    expect(await call('write')).toMatchObject({ ok: false, error: { code: 'internal' } })
    expect([seen, await count()]).toEqual([[0], 1])
  })

  it('[F11] closing waits for a call that is being prepared', async () => {
    const prepared = gate()
    const { dispatch, close } = funnelWith({
      prepare: () => prepared.opened.then(() => ok(undefined)),
      run: async () => ok({}),
    })
    let closed = false
    const answer = dispatch({ op: 'notes.write', caller: alice, input: note([11]) })
    const closing = close().then(() => (closed = true))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(closed).toBe(false)
    prepared.open()
    expect(await answer).toMatchObject({ ok: true })
    await closing
  })

  it('answers unavailable when the database cannot be read', async () => {
    const { dispatch } = funnelWith(writeNote, {
      ...db,
      read: () => Promise.reject(new DbError('down', new Error('gone'))),
    })
    const result = await dispatch({ op: 'notes.count', caller: alice, input: { stream: 11 } })
    expect(result).toEqual({ ok: false, error: { code: 'unavailable' } })
  })

  it('refuses to start without a handler', () => {
    const { commit } = testFunnel(db)
    const log = { warn: () => undefined, error: () => undefined }
    const options = { ops: noteOps, commit, db, tools, log, limiter: memoryLimiter(), handlers: {} }
    expect(() => createDispatch(options)).toThrow('notes.write has no handler')
  })
})
