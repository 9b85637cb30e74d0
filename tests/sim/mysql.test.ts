/** Worlds of two nodes on one MySQL-protocol database, each node with connections of its own: transactions run side by side. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { backend } from '../server/databases'
import { addCounts, createPool, type Judged, type Pool } from './pool'

const seeds = Math.max(20, Number(process.env.TOKENIM_SIM_SEEDS ?? 0) / 25)
const perTest = 5
const options = { phones: 4, acts: 100, nodes: 2 }
const url = backend('TOKENIM_TEST_MYSQL', 'MySQL')
const firsts = Array.from({ length: Math.ceil(seeds / perTest) }, (_, n) => n * perTest + 1)

describe.each(url ? [url] : [])('simulation on a shared database', { timeout: 300_000 }, (mysql) => {
  let pool: Pool
  const batches = new Map<number, Promise<Judged[]>>()
  const totals = new Map<string, number>()
  beforeAll(() => {
    pool = createPool()
    const judge = async (seed: number) => {
      const judged = await pool.run({ seed, options, mysql })
      addCounts(totals, judged.counts)
      return judged
    }
    for (const first of firsts)
      batches.set(first, Promise.all(Array.from({ length: perTest }, (_, n) => judge(first + n))))
  })
  afterAll(() => {
    pool.close()
    const counts = [...totals].map(([name, count]) => `${name} ${count}`).join(', ')
    console.log(`simulation on a shared database: ${seeds} seeds, ${counts}`)
  })

  it.each(firsts)('[Y11] [Y12] [F12] [S2] [S4] every law holds from seed %i on', async (first) => {
    const judged = (await batches.get(first)) ?? []
    expect(judged.flatMap(({ broken }) => broken)).toEqual([])
  })
})
