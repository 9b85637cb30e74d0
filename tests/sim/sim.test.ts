/** Seeded worlds: one or two nodes, 5 phones, 300 acts each, a bad network, a bad bus, killed apps and killed nodes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { acts } from './acts'
import { keptSeeds, seedRunner } from './seeds'

const seeds = Number(process.env.TOKENIM_SIM_SEEDS ?? 500)
const perTest = 25
const options = { phones: 5, acts: 300 }
const firsts = Array.from({ length: Math.ceil(seeds / perTest) }, (_, n) => n * perTest + 1)

// The pool bounds each seed.
describe('simulation', { timeout: 0 }, () => {
  const runner = seedRunner()
  const batches = new Map<number, Promise<string[][]>>()
  beforeAll(() => {
    for (const name of Object.keys(acts)) runner.totals.set(name, 0)
    for (const first of firsts) {
      const size = Math.min(perTest, seeds + 1 - first)
      const jobs = Array.from({ length: size }, (_, n) => runner.broken({ seed: first + n, options }))
      batches.set(first, Promise.all(jobs))
    }
  })
  afterAll(() => {
    runner.close()
    console.log(`simulation: ${seeds} seeds, ${runner.counted()}`)
  })

  it.each(firsts)(
    '[Y2] [Y5] [Y9] [Y11] [Y12] [S2] [S4] [O2] [O3] [V2] every law holds from seed %i on',
    async (first) => {
      expect((await batches.get(first))?.flat()).toEqual([])
    },
  )

  it.each(keptSeeds)('[Y11] seed $seed holds every law: $found', async ({ seed }) => {
    expect(await runner.broken({ seed, options })).toEqual([])
  })

  it('every act and every fault happened', async () => {
    await Promise.all(batches.values())
    expect([...runner.totals].filter(([, count]) => count === 0)).toEqual([])
  })
})
