/** Seeded worlds whose devices have wrong clocks, that are set again and again, also where no socket lives. */
import { afterAll, describe, expect, it } from 'vitest'
import { seedRunner } from './seeds'

const seeds = Math.ceil(Number(process.env.TOKENIM_SIM_SEEDS ?? 500) / 50)
const options = { phones: 4, acts: 250, blocks: true, clocks: true }
const seen = ['clock wrong', 'clock right', 'waits', 'send', 'killPhone', 'killServer', 'networkOff']
const numbers = Array.from({ length: seeds }, (_, n) => n + 1)

// The pool bounds each seed.
describe('simulation with wrong clocks', { timeout: 0 }, () => {
  const runner = seedRunner()
  afterAll(() => {
    runner.close()
    console.log(`clocks: ${seeds} seeds, ${runner.counted()}`)
  })

  it('[W23] [W24] [W25] [O11] [S2] [S4] [O2] [O3] every law holds', async () => {
    const broken = await Promise.all(numbers.map((seed) => runner.broken({ seed, options })))
    expect(broken.flat()).toEqual([])
    expect(seen.filter((name) => !runner.totals.get(name))).toEqual([])
  })
})
