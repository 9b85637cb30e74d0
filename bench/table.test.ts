import { describe, expect, it } from 'vitest'
import type { Load } from './round'
import { load, median, middle, range, ratio, sum, table } from './table'

interface Figures extends Load {
  perSecond: number
  refused: number
}
const figures = (perSecond: number, foreignCores: number): Figures => ({
  ...{ perSecond, foreignCores, refused: 1, serverCores: 0.9, loadCores: 0.4 },
})

describe('the table', () => {
  it('takes the middle of an odd and an even number', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([1, 9, 5, 7])).toBe(6)
  })

  it('compares medians with another contender and marks noisy rounds', () => {
    const rounds = new Map([
      ['ours', [figures(300, 0.01), figures(100, 0.5), figures(200, 0.1)]],
      ['reference', [figures(50, 0), figures(50, 0), figures(50, 0)]],
    ])
    const columns = [
      middle<Figures>('messages/s', 'perSecond', 0),
      range<Figures>('perSecond'),
      ratio(rounds, 'reference', 'perSecond'),
      ratio(rounds, 'absent', 'perSecond'),
      sum<Figures>('refused', 'refused'),
      ...load<Figures>(),
    ]
    const [heads, , ours, base] = table(rounds, columns).split('\n')
    expect(heads).toContain('| server | messages/s | lowest and highest | × reference | × absent | refused |')
    expect(ours).toBe('| ours | 200 | 100 – 300 | 4.00 | – | 3 | 0.90 | 0.40 | 0.10 (1 of 3 rounds noisy) |')
    expect(base).toContain('| reference | 50 | 50 – 50 | 1.00 |')
  })
})
