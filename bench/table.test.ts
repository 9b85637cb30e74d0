import { describe, expect, it } from 'vitest'
import type { Figures } from './round'
import { median, table } from './table'

const figures = (perSecond: number, foreignCores: number): Figures => ({
  ...{ perSecond, foreignCores, cpuMicros: 50, p50Ms: 1, p99Ms: 2, refused: 1 },
  ...{ serverCores: 0.9, loadCores: 0.4 },
})

describe('the table', () => {
  it('takes the middle of an odd and an even number', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([1, 9, 5, 7])).toBe(6)
  })

  it('compares medians with the last row and marks noisy rounds', () => {
    const rounds = new Map([
      ['ours', [figures(300, 0.01), figures(100, 0.5), figures(200, 0.1)]],
      ['reference', [figures(50, 0), figures(50, 0), figures(50, 0)]],
    ])
    const [, , ours, base] = table(rounds).split('\n')
    expect(ours).toBe(
      '| ours | 200 | 100 – 300 | 4.00 | 50 | 1.00 | 2.00 | 3 | 0.90 | 0.40 | 0.10 (1 of 3 rounds noisy) |',
    )
    expect(base).toContain('| reference | 50 | 50 – 50 | 1.00 |')
  })
})
