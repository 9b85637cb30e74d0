/** Binds a windowed list to Vue: which rows are mounted, where the list stands, and that it stays there. */
import { computed, nextTick, onBeforeUnmount, onMounted, ref, shallowRef, watch } from 'vue'
import type { ScrollPort } from './scroll-port'
import { RowHeights, type WindowRow } from './window'

/** The list follows its end while it is at most this far from it. */
const stickWithinPx = 80
const padTopPx = 8
const padBottomPx = 12

export interface ListRow extends WindowRow {
  /** Made here just now: the list goes to its end to show it. */
  own: boolean
}

export function useWindow(rows: () => readonly ListRow[], port: ScrollPort, viewportGuess: number) {
  const heights = new RowHeights()
  /** Counts changes of rows and heights, which Vue cannot see. */
  const shape = ref(0)
  const viewport = ref(viewportGuess)
  const top = ref(0)
  const stuck = ref(true)
  /** The first row that is seen, and how far above the upper edge it begins. */
  let anchor: { key: string; above: number } | undefined
  const mounted = shallowRef(false)

  const wanted = (): number => {
    if (stuck.value) return Math.max(0, padTopPx + heights.total + padBottomPx - viewport.value)
    const index = anchor && heights.indexOf(anchor.key)
    return index === undefined || !anchor ? top.value : padTopPx + heights.offsetOf(index) + anchor.above
  }
  /** Puts the list where it belongs, in the frame in which it changed. */
  const hold = (): void => {
    top.value = wanted()
    void nextTick(() => port.scrollTo(top.value))
  }
  const settle = (): void => {
    port.measure((measured) => {
      viewport.value = measured.viewport
      if (heights.record(measured.rows)) shape.value++
      hold()
    })
  }

  watch(
    rows,
    (list, before) => {
      const last = list[list.length - 1]
      if (last?.own && last.key !== before?.[before.length - 1]?.key) stuck.value = true
      heights.setRows(list)
      shape.value++
      top.value = wanted()
    },
    { immediate: true },
  )
  const start = computed(() => (void shape.value, heights.around(top.value - padTopPx, viewport.value).start))
  const end = computed(() => (void shape.value, heights.around(top.value - padTopPx, viewport.value).end))
  watch([start, end, shape], () => mounted.value && settle(), { flush: 'post' })

  let stop: () => void = () => undefined
  onMounted(() => {
    mounted.value = true
    stop = port.onResize(settle)
    settle()
  })
  onBeforeUnmount(() => stop())

  return {
    start,
    end,
    stuck,
    viewport,
    top,
    settle,
    padTop: computed(() => (void shape.value, padTopPx + heights.offsetOf(start.value))),
    padBottom: computed(() => (void shape.value, padBottomPx + heights.total - heights.offsetOf(end.value))),
    /** Index of the last row that reaches into what is seen. */
    lastSeen: computed(() => (void shape.value, heights.indexAt(top.value + viewport.value - padTopPx - 1))),
    /** Index of the first row that is seen whole. */
    firstSeen: computed(() => {
      const y = (void shape.value, top.value - padTopPx)
      const index = heights.indexAt(y)
      return heights.offsetOf(index) >= y - 1 ? index : index + 1
    }),
    /** The user, or `hold`, scrolled. */
    scrolled(scrollTop: number) {
      top.value = scrollTop
      const distance = padTopPx + heights.total + padBottomPx - viewport.value - scrollTop
      stuck.value = distance <= stickWithinPx
      const index = heights.indexAt(scrollTop - padTopPx)
      const key = heights.keyOf(index)
      anchor = key === undefined ? undefined : { key, above: scrollTop - padTopPx - heights.offsetOf(index) }
    },
    toEnd() {
      stuck.value = true
      hold()
    },
    toTop() {
      stuck.value = false
      anchor = undefined
      top.value = 0
      hold()
    },
    /** Brings a row near the upper edge. False when it is not loaded. */
    toKey(key: string): boolean {
      if (heights.indexOf(key) === undefined) return false
      stuck.value = false
      anchor = { key, above: -24 }
      hold()
      return true
    },
  }
}
