import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ListPlace, padBottomPx, padTopPx, type ListRow } from './list-place'

const viewport = 700
const rowsOf = (from: number, count: number, own = false): ListRow[] =>
  Array.from({ length: count }, (_, i) => ({ key: `k${from + i}`, estimate: 60, own }))
/** Where a row stands on the screen. */
const onScreen = (place: ListPlace, rows: ListRow[], key: string): number =>
  place.above(rows.findIndex((row) => row.key === key)) - place.top
const placeOf = (rows: ListRow[]): ListPlace => {
  const place = new ListPlace(viewport)
  place.setRows(rows)
  return place
}
const endOf = (count: number): number => padTopPx + count * 60 + padBottomPx - viewport

describe('the place of a list', () => {
  it('is its end at first, and stays the end when rows come or grow', () => {
    const place = placeOf(rowsOf(0, 50))
    expect(place.top).toBe(endOf(50))
    place.setRows(rowsOf(0, 51))
    expect(place.top).toBe(endOf(51))
    place.record(viewport, [{ key: 'k50', height: 160 }])
    expect(place.top).toBe(endOf(51) + 100)
  })

  it('holds what is read when new rows come below, beyond 80 px from the end', () => {
    const place = placeOf(rowsOf(0, 50))
    place.scrolled(endOf(50) - 81)
    expect(place.stuck).toBe(false)
    place.setRows(rowsOf(0, 51))
    expect(place.top).toBe(endOf(50) - 81)
    place.scrolled(endOf(51) - 80)
    expect(place.stuck).toBe(true)
  })

  it('goes to the end for a row made here', () => {
    const place = placeOf(rowsOf(0, 50))
    place.scrolled(100)
    place.setRows([...rowsOf(0, 50), ...rowsOf(50, 1, true)])
    expect(place.top).toBe(endOf(51))
  })

  it('holds every row on screen when older ones come above, however they measure', () => {
    const heights = fc.array(fc.integer({ min: 30, max: 900 }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(heights, fc.integer({ min: 0, max: 1_500 }), (measured, top) => {
        const rows = rowsOf(0, 50)
        const place = placeOf(rows)
        place.scrolled(top)
        const key = `k${place.firstSeen()}`
        const before = onScreen(place, rows, key)
        const older = [...rowsOf(-measured.length, measured.length), ...rows]
        place.setRows(older)
        expect(onScreen(place, older, key)).toBeCloseTo(before, 6)
        place.record(
          viewport,
          measured.map((height, i) => ({ key: `k${i - measured.length}`, height })),
        )
        expect(onScreen(place, older, key)).toBeCloseTo(before, 6)
      }),
    )
  })

  it('brings a row near the upper edge, and holds it there while rows above are measured', () => {
    const rows = rowsOf(0, 200)
    const place = placeOf(rows)
    place.toKey('k100')
    place.record(viewport, [{ key: 'k99', height: 300 }])
    expect(onScreen(place, rows, 'k100')).toBe(24)
    const before = place.top
    place.toKey('nobody')
    expect(place.top).toBe(before)
  })

  it('follows the end when what is seen gets lower, as by a keyboard', () => {
    const place = placeOf(rowsOf(0, 50))
    place.record(400, [])
    expect(place.top).toBe(endOf(50) + 300)
  })
})
