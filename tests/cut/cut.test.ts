/**
 * The line of each phone is broken after every frame of a journey, in both directions, from connecting to live and during
 * operations. Real engines, gateway and database; the network and the time are counted.
 */
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPool } from '../sim/pool'
import type { How } from './breaker'
import type { Outcome } from './journey'
import type { CutJob } from './worker'

const lines = ['anna', 'bo', 'tablet'].flatMap((phone) => [
  { phone, direction: 'up' as const },
  { phone, direction: 'down' as const },
])
/** After how many frames the next break. */
const plans: readonly { how: How; nodes: number; every: number }[] = [
  { how: 'cut', nodes: 1, every: 1 },
  { how: 'halfOpen', nodes: 1, every: 1 },
  { how: 'cut', nodes: 2, every: 2 },
  { how: 'away', nodes: 1, every: 4 },
  { how: 'zombie', nodes: 2, every: 4 },
]
const cases = plans.flatMap((plan) => lines.map((line) => ({ ...plan, ...line })))

// The pool bounds each journey.
describe('systematic cut', { timeout: 0 }, () => {
  const pool = createPool<CutJob, Outcome>(path.join(import.meta.dirname, 'worker.ts'))
  /** Frames of the journey without a break, by number of nodes. */
  const whole = new Map<number, Outcome>()
  const runs = new Map<(typeof cases)[number], Promise<string[][]>>()
  const counts = new Map<How, number>()

  const broken = async (job: CutJob): Promise<string[]> => {
    const outcome = await pool.run(job).catch((error: unknown) => ({ broken: [String(error)] }))
    return outcome.broken.map((line) => `${line} (npx tsx tests/cut/cli.ts '${JSON.stringify(job)}')`)
  }
  const runCase = (one: (typeof cases)[number]) => {
    const { how, nodes, every, phone, direction } = one
    const frames = new Map(whole.get(nodes)?.frames).get(`${phone} ${direction}`) ?? 0
    const jobs: Promise<string[]>[] = []
    for (let frame = 1; frame <= frames; frame += every)
      jobs.push(broken({ nodes, at: { phone, direction, frame, how } }))
    counts.set(how, (counts.get(how) ?? 0) + jobs.length)
    runs.set(one, Promise.all(jobs))
  }
  beforeAll(async () => {
    for (const nodes of [1, 2]) whole.set(nodes, await pool.run({ nodes }))
    for (const one of cases) runCase(one)
  }, 0)
  afterAll(() => {
    pool.close()
    const said = [...counts].map(([how, count]) => `${how} ${count}`).join(', ')
    console.log(`systematic cut: ${framesOf(whole.get(1))} frames, ${said}`)
  })

  it('the journey itself holds every law, and has frames enough to cut', () => {
    for (const outcome of whole.values()) expect(outcome.broken).toEqual([])
    expect(framesOf(whole.get(1))).toBeGreaterThanOrEqual(200)
  })

  it.each(cases)(
    '[Y7] [Y8] [O3] [O5] [W6] all phones agree 5 s after $how of $phone, frames $direction, $nodes nodes',
    async (one) => {
      expect((await runs.get(one))?.flat()).toEqual([])
    },
  )
})

const framesOf = (outcome?: Outcome): number =>
  outcome?.frames.reduce((sum, [, count]) => sum + count, 0) ?? 0
