/** Seeded worlds: 5 phones, 300 acts each, a bad network, killed apps and a killed server; then every law must hold. */
import { afterAll, describe, expect, it } from 'vitest'
import { acts } from './acts'
import { runSeed } from './run'

const seeds = Number(process.env.TOKENIM_SIM_SEEDS ?? 100)
const perTest = 10
const options = { phones: 5, acts: 300 }
const faults = ['frames', 'dropped', 'doubled', 'cuts', 'halfOpens', 'serverKills']
const totals = new Map([...Object.keys(acts), ...faults].map((name) => [name, 0]))

/** Seeds that once broke a law. */
const kept: readonly number[] = []

async function judge(seed: number): Promise<string[]> {
  const { broken, counts } = await runSeed(seed, options)
  for (const [name, count] of Object.entries(counts)) totals.set(name, (totals.get(name) ?? 0) + count)
  return broken.map((line) => `seed ${seed}: ${line} (npm run sim -- --seed ${seed})`)
}

describe('simulation', { timeout: 120_000 }, () => {
  const firsts = Array.from({ length: Math.ceil(seeds / perTest) }, (_, n) => n * perTest + 1)
  it.each(firsts)('[Y11] [S2] [S4] [O2] [O3] [V2] every law holds from seed %i on', async (first) => {
    const broken: string[] = []
    for (let seed = first; seed < Math.min(first + perTest, seeds + 1); seed++)
      broken.push(...(await judge(seed)))
    expect(broken).toEqual([])
  })

  it('[Y11] seeds that once broke a law hold it', async () => {
    const broken: string[] = []
    for (const seed of kept) broken.push(...(await judge(seed)))
    expect(broken).toEqual([])
  })

  it('every act and every fault happened', () => {
    expect([...totals].filter(([, count]) => count === 0)).toEqual([])
  })

  afterAll(() => {
    console.log(
      `simulation: ${seeds} seeds, ${[...totals].map(([name, count]) => `${name} ${count}`).join(', ')}`,
    )
  })
})
