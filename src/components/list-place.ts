/** Where a windowed list stands, and where it has to stand after its rows or heights changed. Pure: pixels in and out. */
import { RowHeights, type Range, type WindowRow } from './window'

/** The list follows its end while it is at most this far from it. */
const stickWithinPx = 80
export const padTopPx = 8
export const padBottomPx = 12
/** A row that is jumped to stands this far below the upper edge. */
const jumpGapPx = 24

export interface ListRow extends WindowRow {
  /** Made here just now: the list goes to its end to show it. */
  own: boolean
}

export class ListPlace {
  private readonly heights = new RowHeights()
  /** The first row that is seen, and how far above the upper edge it begins. */
  private anchor: { key: string; above: number } | undefined
  private lastKey: string | undefined
  /** What is seen begins at `top`. */
  top = 0
  /** At its end, and staying there. */
  stuck = true

  constructor(public viewport: number) {}

  setRows(rows: readonly ListRow[]): void {
    const last = rows[rows.length - 1]
    if (last?.own && last.key !== this.lastKey) this.stuck = true
    this.lastKey = last?.key
    this.heights.setRows(rows)
    this.top = this.wanted()
  }

  /** Takes real heights; true when an offset moved. */
  record(viewport: number, rows: readonly { key: string; height: number }[]): boolean {
    this.viewport = viewport
    const moved = this.heights.record(rows)
    this.top = this.wanted()
    return moved
  }

  /** The user, or the list itself, scrolled to `top`. */
  scrolled(top: number): void {
    this.top = top
    this.stuck = this.end - top <= stickWithinPx
    const y = top - padTopPx
    const index = this.heights.indexAt(y)
    const key = this.heights.keyOf(index)
    this.anchor = key === undefined ? undefined : { key, above: y - this.heights.offsetOf(index) }
  }

  toEnd(): void {
    this.stuck = true
    this.top = this.wanted()
  }
  toTop(): void {
    this.stuck = false
    this.anchor = undefined
    this.top = 0
  }
  /** Brings a row near the upper edge; nothing happens when it is not loaded. */
  toKey(key: string): void {
    if (this.heights.indexOf(key) === undefined) return
    this.stuck = false
    this.anchor = { key, above: -jumpGapPx }
    this.top = this.wanted()
  }

  range(): Range {
    return this.heights.around(this.top - padTopPx, this.viewport)
  }
  above(index: number): number {
    return padTopPx + this.heights.offsetOf(index)
  }
  below(index: number): number {
    return padBottomPx + this.heights.total - this.heights.offsetOf(index)
  }
  /** Index of the first row that is seen whole. */
  firstSeen(): number {
    const y = this.top - padTopPx
    const index = this.heights.indexAt(y)
    return this.heights.offsetOf(index) >= y - 1 ? index : index + 1
  }
  /** Index of the last row that reaches into what is seen. */
  lastSeen(): number {
    return this.heights.indexAt(this.top + this.viewport - padTopPx - 1)
  }

  private get end(): number {
    return padTopPx + this.heights.total + padBottomPx - this.viewport
  }
  private wanted(): number {
    if (this.stuck) return Math.max(0, this.end)
    const index = this.anchor && this.heights.indexOf(this.anchor.key)
    return index === undefined || !this.anchor ? this.top : this.above(index) + this.anchor.above
  }
}
