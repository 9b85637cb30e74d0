import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Db } from '../../server/db/connection'
import { createDispatch } from '../../server/dispatch'
import { createLoad, writesMax, type Load } from '../../server/load'
import { databases } from './databases'
import { alice, gate, note, testFunnel, tools } from './funnel'
import { clearNotes, makeNotes, noteHandlers, noteOps, notesOf } from './notes'

/** As many as it takes to fill the queue: one alone has a share of it (F15). */
const streams = [11, 12, 13, 14]

describe.each(databases)('a loaded server on $name', ({ open }) => {
  let db: Db
  beforeAll(async () => {
    db = await open()
    await makeNotes(db)
  })
  beforeEach(() => clearNotes(db, streams))
  afterAll(() => db.close())

  function funnelWith(load: Load) {
    const asked: string[] = []
    const limiter = { take: async (op: string) => asked.push(op) * 0 }
    const log = { warn: () => undefined, error: () => undefined }
    const { commit } = testFunnel(db)
    const options = { ops: noteOps, handlers: noteHandlers, commit, db, tools, limiter, load, log }
    return { ...createDispatch(options), asked }
  }

  it('[L2] turns a call away before rate limit and input are looked at, and does nothing', async () => {
    const load = createLoad({ ticks: () => 0, loopDelayMs: () => 5_000 })
    const { dispatch, turnsAway, asked } = funnelWith(load)
    const result = await dispatch({ op: 'notes.write', caller: alice, input: { no: 'note' } })
    expect(result).toMatchObject({ ok: false, error: { code: 'overloaded' } })
    expect(result.ok ? 0 : result.error.data?.retryAfterMs).toBeGreaterThan(0)
    expect(turnsAway('accounts.signOut')).toBeUndefined()
    expect([asked, await db.read((c) => notesOf(c, 11))]).toEqual([[], []])
  })

  it('[L1] timed jobs are the server itself and are not turned away', async () => {
    const { dispatch } = funnelWith(createLoad({ ticks: () => 0, loopDelayMs: () => 5_000 }))
    const result = await dispatch({ op: 'notes.atNight', caller: { kind: 'system' }, input: note([11]) })
    expect(result).toMatchObject({ ok: true })
  })

  it('[L3] counts writes until they are answered, and reads until they begin', async () => {
    const load = createLoad({ ticks: () => 0 })
    const { dispatch } = funnelWith(load)
    const writing = dispatch({ op: 'notes.write', caller: alice, input: note([11]) })
    const reading = dispatch({ op: 'notes.count', caller: alice, input: { stream: 11 } })
    for (let turn = 0; load.writes.length === 0 && turn < 100; turn++) await Promise.resolve()
    expect(load.writes.length).toBe(1)
    await Promise.all([writing, reading])
    expect([load.writes.length, load.reads.length]).toEqual([0, 0])
  })

  it('[L1] [F4] what was accepted is answered, however many are turned away meanwhile', async () => {
    const load = createLoad({ ticks: () => 0 })
    const { dispatch } = funnelWith(load)
    const held = gate()
    const accepted = db.write(async () => held.opened)
    const calls = Array.from({ length: writesMax + 10 }, (_, n) => {
      const input = note(streams.slice(n % 4, (n % 4) + 1), 'ok', { slot: 1 })
      return dispatch({ op: 'notes.writeMany', caller: alice, input })
    })
    const refused = (await Promise.all(calls.slice(writesMax))).filter(({ ok }) => !ok)
    held.open()
    await accepted
    const answered = await Promise.all(calls.slice(0, writesMax))
    expect([refused.length, answered.filter(({ ok }) => ok).length]).toEqual([10, writesMax])
  })
})
