/** Seeded worlds: one or two nodes, 5 phones, 300 acts each, a bad network, a bad bus, killed apps and killed nodes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { acts } from './acts'
import { addCounts, createPool, type Judged, type Pool } from './pool'
import { keptSeeds } from './seeds'

const seeds = Number(process.env.TOKENIM_SIM_SEEDS ?? 500)
const perTest = 25
const options = { phones: 5, acts: 300 }
const totals = new Map(Object.keys(acts).map((name) => [name, 0]))
const firsts = Array.from({ length: Math.ceil(seeds / perTest) }, (_, n) => n * perTest + 1)

describe('simulation', { timeout: 300_000 }, () => {
  let pool: Pool
  const batches = new Map<number, Promise<Judged[]>>()
  const judge = async (seed: number) => {
    const judged = await pool.run({ seed, options })
    addCounts(totals, judged.counts)
    return judged
  }
  beforeAll(() => {
    pool = createPool()
    for (const first of firsts) {
      const size = Math.min(perTest, seeds + 1 - first)
      batches.set(first, Promise.all(Array.from({ length: size }, (_, n) => judge(first + n))))
    }
  })
  afterAll(() => {
    pool.close()
    const counts = [...totals].map(([name, count]) => `${name} ${count}`).join(', ')
    console.log(`simulation: ${seeds} seeds, ${counts}`)
  })

  it.each(firsts)('[Y11] [Y12] [S2] [S4] [O2] [O3] [V2] every law holds from seed %i on', async (first) => {
    const judged = (await batches.get(first)) ?? []
    expect(judged.flatMap(({ broken }) => broken)).toEqual([])
  })

  it.each(keptSeeds)('[Y11] seed $seed holds every law: $found', async ({ seed }) => {
    expect((await judge(seed)).broken).toEqual([])
  })

  it('every act and every fault happened', () => {
    expect([...totals].filter(([, count]) => count === 0)).toEqual([])
  })
})
