/** Seeded worlds whose phones come, again and again, into networks that let no socket live while REST works. */
import { afterAll, describe, expect, it } from 'vitest'
import { blocks } from './net'
import { seedRunner } from './seeds'

const seeds = Math.ceil(Number(process.env.TOKENIM_SIM_SEEDS ?? 500) / 50)
const options = { phones: 4, acts: 250, blocks: true }
const seen = [...blocks.map((how) => `blocked ${how}`), 'waits', 'send', 'killPhone', 'killServer']
const numbers = Array.from({ length: seeds }, (_, n) => n + 1)

// The pool bounds each seed.
describe('simulation without sockets', { timeout: 0 }, () => {
  const runner = seedRunner()
  afterAll(() => {
    runner.close()
    console.log(`blocked: ${seeds} seeds, ${runner.counted()}`)
  })

  it('[W10] [Y14] [Y11] [S2] [S4] [O2] [O3] [V2] every law holds', async () => {
    const broken = await Promise.all(numbers.map((seed) => runner.broken({ seed, options })))
    expect(broken.flat()).toEqual([])
    expect(seen.filter((name) => !runner.totals.get(name))).toEqual([])
  })
})
