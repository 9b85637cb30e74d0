/**
 * Which rows of a long list are mounted. Heights are estimated until a row was measured; offsets are prefix sums.
 * Pure: pixels in, indices out.
 */
export interface WindowRow {
  key: string
  /** Height in pixels before the row was ever measured. */
  estimate: number
}
/** Rows `start` to `end`, without `end`. */
export interface Range {
  start: number
  end: number
}

export const mountedRowsMax = 60
/** Ranges start and end at multiples of this, so that most scroll events change nothing. */
const step = 4

export class RowHeights {
  private rows: readonly WindowRow[] = []
  private index = new Map<string, number>()
  private readonly measured = new Map<string, number>()
  /** sums[i] is the offset of row i; sums[n] is the height of all. */
  private sums: Float64Array = new Float64Array(1)

  get count(): number {
    return this.rows.length
  }
  get total(): number {
    return this.sums[this.count] ?? 0
  }

  /** Replaces the rows; what was measured is kept by key. */
  setRows(rows: readonly WindowRow[]): void {
    this.rows = rows
    this.index = new Map(rows.map((row, i) => [row.key, i]))
    this.add()
  }

  /** Takes real heights. True when an offset moved by half a pixel or more. */
  record(heights: readonly { key: string; height: number }[]): boolean {
    let changed = false
    for (const { key, height } of heights) {
      const known = this.measured.get(key) ?? this.rows[this.index.get(key) ?? -1]?.estimate
      this.measured.set(key, height)
      if (known !== undefined && Math.abs(known - height) >= 0.5) changed = true
    }
    if (changed) this.add()
    return changed
  }

  /** Offset of a row from the top of the list; of the end for an index beyond it. */
  offsetOf(index: number): number {
    return this.sums[Math.min(Math.max(index, 0), this.count)] ?? 0
  }
  indexOf(key: string): number | undefined {
    return this.index.get(key)
  }
  keyOf(index: number): string | undefined {
    return this.rows[index]?.key
  }

  /** The row that covers `y`; the first or last one outside of the list. */
  indexAt(y: number): number {
    let low = 0
    let high = this.count - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.sums[middle + 1] ?? 0) > y) high = middle
      else low = middle + 1
    }
    return Math.max(low, 0)
  }

  /** Rows to mount for a viewport at `top`: what is seen and up to one screen on either side, at most 60. */
  around(top: number, viewport: number): Range {
    const start = floorTo(this.indexAt(top - viewport))
    const end = Math.min(this.count, floorTo(this.indexAt(top + 2 * viewport)) + step)
    if (end - start <= mountedRowsMax) return { start, end }
    const first = this.indexAt(top)
    const seen = this.indexAt(top + viewport) - first + 1
    const from = Math.max(start, first - Math.max(0, Math.floor((mountedRowsMax - seen) / 2)))
    return { start: from, end: Math.min(end, from + mountedRowsMax) }
  }

  private add(): void {
    const sums = new Float64Array(this.count + 1)
    this.rows.forEach((row, i) => {
      sums[i + 1] = (sums[i] ?? 0) + (this.measured.get(row.key) ?? row.estimate)
    })
    this.sums = sums
  }
}

const floorTo = (index: number): number => Math.max(0, Math.floor(index / step) * step)
