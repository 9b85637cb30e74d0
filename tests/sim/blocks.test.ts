/** Seeded worlds whose phones come, again and again, into networks that let no socket live while REST works. */
import { afterAll, describe, expect, it } from 'vitest'
import { blocks } from './net'
import { runSeed } from './run'

const seeds = Math.ceil(Number(process.env.TOKENIM_SIM_SEEDS ?? 500) / 50)
const options = { phones: 4, acts: 250, blocks: true }
const totals = new Map<string, number>(
  [...blocks.map((how) => `blocked ${how}`), 'waits', 'send', 'killPhone', 'killServer'].map((what) => [
    what,
    0,
  ]),
)

describe('simulation without sockets', { timeout: 300_000 }, () => {
  afterAll(() => {
    console.log(
      `blocked: ${seeds} seeds, ${[...totals].map(([what, count]) => `${what} ${count}`).join(', ')}`,
    )
  })

  it('[W10] [Y14] [Y11] [S2] [S4] [O2] [O3] [V2] every law holds', async () => {
    const broken: string[] = []
    for (let seed = 1; seed <= seeds; seed++) {
      const report = await runSeed(seed, options)
      for (const line of report.broken) broken.push(`seed ${seed}: ${line}`)
      for (const what of totals.keys()) totals.set(what, (totals.get(what) ?? 0) + (report.counts[what] ?? 0))
    }
    expect(broken).toEqual([])
    expect([...totals].filter(([, count]) => count === 0)).toEqual([])
  })
})
