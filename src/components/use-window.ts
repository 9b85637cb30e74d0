/** Binds a windowed list to Vue: which rows are mounted, and that the list stays in its place. */
import { computed, nextTick, onBeforeUnmount, onMounted, ref, watch } from 'vue'
import { ListPlace, type ListRow } from './list-place'
import type { ScrollPort } from './scroll-port'

/** Scroll positions closer than this are one. */
const samePx = 1

export function useWindow(rows: () => readonly ListRow[], port: ScrollPort, viewportGuess: number) {
  const place = new ListPlace(viewportGuess)
  /** Counts what Vue cannot see: changes of rows and heights, and of the place. */
  const shape = ref(0)
  const moves = ref(0)
  const read = <T>(value: () => T) => computed(() => (void shape.value, void moves.value, value()))
  let mounted = false
  /** Where the list was put last, as long as nobody scrolled since: what is told of it is no act of the user. */
  let put: number | undefined

  /** Scrolls to where the list has to stand, in the frame in which it changed. */
  function hold(): void {
    moves.value++
    void nextTick(() => (put = port.scrollTo(place.top)))
  }
  function settle(): void {
    if (!mounted) return
    port.measure((measured) => {
      if (place.record(measured.viewport, measured.rows)) shape.value++
      hold()
    })
  }
  watch(
    rows,
    (list) => {
      place.setRows(list)
      shape.value++
    },
    { immediate: true },
  )
  const start = read(() => place.range().start)
  const end = read(() => place.range().end)
  watch([start, end, shape], settle, { flush: 'post' })

  let stop: () => void = () => undefined
  onMounted(() => {
    mounted = true
    stop = port.onResize(settle)
    settle()
  })
  onBeforeUnmount(() => stop())

  const then = (move: () => void): void => {
    move()
    hold()
  }
  return {
    start,
    end,
    settle,
    stuck: read(() => place.stuck),
    padTop: read(() => place.above(start.value)),
    padBottom: read(() => place.below(end.value)),
    firstSeen: read(() => place.firstSeen()),
    lastSeen: read(() => place.lastSeen()),
    /** Screens between what is seen and the top of what is loaded. */
    screensAbove: () => place.top / place.viewport,
    scrolled(top: number) {
      if (put !== undefined && Math.abs(top - put) < samePx) return
      put = undefined
      place.scrolled(top)
      moves.value++
    },
    toEnd: () => then(() => place.toEnd()),
    toTop: () => then(() => place.toTop()),
    toKey: (key: string) => then(() => place.toKey(key)),
  }
}
