import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mountedRowsMax, RowHeights } from './window'

const rowsOf = (count: number, from = 0, estimate = 60) =>
  Array.from({ length: count }, (_, i) => ({ key: `k${from + i}`, estimate }))
const heightsOf = (count: number): RowHeights => {
  const heights = new RowHeights()
  heights.setRows(rowsOf(count))
  return heights
}

describe('offsets of a long list', () => {
  it('are sums of what was measured, and of estimates elsewhere', () => {
    const heights = heightsOf(5)
    expect(heights.record([{ key: 'k1', height: 100 }])).toBe(true)
    expect([0, 1, 2, 5].map((i) => heights.offsetOf(i))).toEqual([0, 60, 160, 340])
    expect(heights.total).toBe(340)
  })

  it('tell whether a measuring moved anything by half a pixel', () => {
    const heights = heightsOf(3)
    expect(heights.record([{ key: 'k0', height: 60.2 }])).toBe(false)
    expect(heights.record([{ key: 'k0', height: 61 }])).toBe(true)
    expect(heights.record([{ key: 'gone', height: 500 }])).toBe(false)
  })

  it('keep what was measured when older rows come in front', () => {
    const heights = heightsOf(3)
    heights.record([{ key: 'k0', height: 100 }])
    heights.setRows([...rowsOf(2, -2, 50), ...rowsOf(3)])
    expect(heights.offsetOf(heights.indexOf('k0') ?? -1)).toBe(100)
    expect(heights.offsetOf(heights.indexOf('k1') ?? -1)).toBe(200)
  })

  it('find the row at a height, for any heights', () => {
    const list = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 200 })
    fc.assert(
      fc.property(list, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (px, part) => {
        const heights = heightsOf(px.length)
        heights.record(px.map((height, i) => ({ key: `k${i}`, height })))
        const y = part * heights.total
        const index = heights.indexAt(y)
        expect(heights.offsetOf(index)).toBeLessThanOrEqual(y)
        expect(heights.offsetOf(index + 1)).toBeGreaterThan(y)
      }),
    )
  })
})

describe('the mounted rows', () => {
  it('cover what is seen, with a screen on either side', () => {
    const { start, end } = heightsOf(1_000).around(30_000, 800)
    expect(start * 60).toBeLessThanOrEqual(30_000 - 800 + 60)
    expect(end * 60).toBeGreaterThanOrEqual(30_000 + 1_600)
  })

  it('cover what is seen at any place, and are at most 60', () => {
    const list = fc.array(fc.integer({ min: 20, max: 900 }), { minLength: 1, maxLength: 300 })
    fc.assert(
      fc.property(list, fc.double({ min: 0, max: 1, noNaN: true }), (px, part) => {
        const heights = heightsOf(px.length)
        heights.record(px.map((height, i) => ({ key: `k${i}`, height })))
        const viewport = 700
        const top = part * Math.max(0, heights.total - viewport)
        const { start, end } = heights.around(top, viewport)
        expect(end - start).toBeLessThanOrEqual(mountedRowsMax)
        expect(heights.offsetOf(start)).toBeLessThanOrEqual(top)
        expect(heights.offsetOf(end)).toBeGreaterThanOrEqual(Math.min(top + viewport, heights.total))
      }),
    )
  })

  it('are none in an empty list', () => {
    expect(heightsOf(0).around(0, 800).start).toBe(0)
    expect(heightsOf(0).total).toBe(0)
  })
})
