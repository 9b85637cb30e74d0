import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Db } from '../../server/db/connection'
import type { AnyWrite } from '../../server/funnel'
import { insertHead } from '../../server/sync/heads'
import { databases } from './databases'
import { note, testFunnel } from './funnel'
import { makeNotes, noteHandlers, notesOf, type What } from './notes'

interface Step {
  stream: 0 | 1 | 2
  second: boolean
  what: What
  text: string
  /** By an operation that has no batch. */
  single: boolean
}
const step: fc.Arbitrary<Step> = fc.record({
  stream: fc.constantFrom(0, 1, 2),
  second: fc.boolean(),
  what: fc.constantFrom<What>('ok', 'ok', 'ok', 'ok', 'refuse', 'keep', 'throw'),
  text: fc.string({ maxLength: 5, unit: fc.constantFrom('a', 'b', '汉') }),
  single: fc.boolean(),
})

/** Batches that end well and batches that throw, whatever else is drawn. */
const two = (what: What): Step[] =>
  (['ok', what] as const).map((each) => ({ stream: 0, second: false, what: each, text: 'a', single: false }))
const examples = [...Array<What>(4).fill('ok'), ...Array<What>(4).fill('throw')].map((what): [Step[]] => [
  two(what),
])

describe.each(databases)('batches on $name', ({ open }) => {
  let db: Db
  let next = 100
  beforeAll(async () => {
    db = await open()
    await makeNotes(db)
  })
  afterAll(() => db.close())

  /** Runs the steps on three new streams, and tells what came of it. */
  async function outcomeOf(steps: readonly Step[], mode: 'together' | 'one by one') {
    const base = (next += 3)
    await db.write(async (c) => {
      for (const i of [0, 1, 2]) await insertHead(c, base + i)
    })
    const { call, changes, notices } = testFunnel(db)
    const run = ({ stream, second, what, text, single }: Step) => {
      const streams = second && stream < 2 ? [base + stream, base + 2] : [base + stream]
      return call(
        single || mode === 'one by one' ? 'notes.write' : 'notes.writeMany',
        note(streams, what, { text }),
      )
    }
    const results = []
    if (mode === 'together') results.push(...(await Promise.all(steps.map(run))))
    else for (const s of steps) results.push(await run(s))
    const notes = await Promise.all([0, 1, 2].map((i) => db.read((c) => notesOf(c, base + i))))
    const told = [0, 1, 2].map((i) =>
      changes.filter(({ stream }) => stream === base + i).flatMap(({ rows }) => rows),
    )
    return {
      ...{ notes, told, notices: notices.length },
      results: results.map((r) => (r.ok ? r : { ok: false, error: { code: r.error.code } })),
    }
  }

  it('[F9] neighbours in a batch fare as one by one, also when the batch throws', async () => {
    const batch = vi.spyOn(noteHandlers['notes.writeMany'] as Required<AnyWrite>, 'batch')
    // Where lanes run side by side, only what is in one lane has an order.
    const lanes =
      db.dialect === 'sqlite' ? step : step.map((s) => ({ ...s, stream: 0 as const, single: false }))
    await fc.assert(
      fc.asyncProperty(fc.array(lanes, { maxLength: 12 }), async (steps) => {
        expect(await outcomeOf(steps, 'together')).toEqual(await outcomeOf(steps, 'one by one'))
      }),
      { numRuns: 40, examples },
    )
    const threw = (await Promise.allSettled(batch.mock.results.map(({ value }) => value as unknown))).filter(
      ({ status }) => status === 'rejected',
    )
    expect(threw.length).toBeGreaterThan(3)
    expect(batch.mock.calls.length - threw.length).toBeGreaterThan(3)
  })
})
