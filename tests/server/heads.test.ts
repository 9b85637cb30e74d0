/** Heads that a process remembers because it is alone with its database, against a plain list of what was committed. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DbError, type Db } from '../../server/db/connection'
import { insertHead, lockHeads } from '../../server/sync/heads'
import { databases } from './databases'
import { note, testFunnel, withWrites } from './funnel'
import { makeNotes, notesOf, type What } from './notes'

interface Step {
  streams: (0 | 1 | 2)[]
  what: What
  op: 'notes.write' | 'notes.writeMany'
}
/** What waits together, and how its COMMIT ends. In doubt: it is said to have failed, and is there all the same. */
interface Round {
  steps: Step[]
  end: 'well' | 'failed' | 'in doubt'
}
const step: fc.Arbitrary<Step> = fc.record({
  streams: fc.constantFrom<Step['streams'][]>([0], [1], [0, 2]),
  what: fc.constantFrom<What>('ok', 'ok', 'ok', 'keep', 'refuse', 'throw'),
  op: fc.constantFrom('notes.write', 'notes.writeMany'),
})
const round: fc.Arbitrary<Round> = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 5 }),
  end: fc.constantFrom('well', 'well', 'well', 'failed', 'in doubt'),
})

describe.each(databases.filter(({ name }) => name === 'sqlite'))('remembered heads on $name', ({ open }) => {
  let db: Db
  let next = 100
  beforeAll(async () => {
    db = await open()
    await makeNotes(db)
  })
  afterAll(() => db.close())

  async function play(rounds: readonly Round[]): Promise<void> {
    const base = (next += 3)
    await db.write(async (c) => {
      for (const i of [0, 1, 2]) await insertHead(c, base + i)
    })
    let end: Round['end'] = 'well'
    const ending = withWrites(db, async (work, write) => {
      const failure = new DbError('full', new Error(end))
      const result = await write(async (c) => {
        const done = await work(c)
        if (end === 'failed') throw failure
        return done
      })
      if (end === 'in doubt') throw failure
      return result
    })
    const { call } = testFunnel(ending, undefined, { single: true })
    const told: string[][] = [[], [], []]
    for (const [n, round] of rounds.entries()) {
      end = round.end
      const calls = round.steps.map(({ streams, what, op }, m) => {
        const ids = streams.map((i) => base + i)
        return call(op, note(ids, what, { text: `${n} ${m}` }))
      })
      await Promise.all(calls)
      if (end !== 'failed')
        for (const [m, { streams, what }] of round.steps.entries())
          if (what === 'ok' || what === 'keep') for (const i of streams) told[i]?.push(`${n} ${m}`)
      for (const [i, texts] of told.entries()) {
        const notes = await db.read((c) => notesOf(c, base + i))
        expect(notes).toEqual(texts.map((text, v) => ({ slot: v + 1, version: v + 1, note: text })))
        const [[, head] = []] = await db.read((c) => lockHeads(c, [base + i]))
        expect(head?.version).toBe(texts.length)
      }
    }
  }

  it('[Y1][F4] are those of the database, whatever is refused, thrown or not committed', async () => {
    const ok: Step = { streams: [0], what: 'ok', op: 'notes.write' }
    const examples = (['failed', 'in doubt'] as const).map((end): [Round[]] => [
      [
        { steps: [ok], end: 'well' },
        { steps: [ok, ok], end },
        { steps: [{ ...ok, what: 'throw' }, ok], end: 'well' },
      ],
    ])
    const rounds = fc.array(round, { maxLength: 8 })
    await fc.assert(fc.asyncProperty(rounds, play), { numRuns: 60, examples })
  })
})
