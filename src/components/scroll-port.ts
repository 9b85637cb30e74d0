/** How a windowed list measures and scrolls its scroll-view: by the DOM on H5, by queries elsewhere. */
import { ref, type ComponentInternalInstance, type Ref } from 'vue'

export interface Measured {
  /** Height of what is seen, in pixels. */
  viewport: number
  rows: { key: string; height: number }[]
}
export interface ScrollPort {
  /** Measures the mounted rows. On H5 `done` is called before this returns, elsewhere later. */
  measure(done: (measured: Measured) => void): void
  /** Scrolls, and gives where that led: a box cannot be scrolled past its end. */
  scrollTo(top: number): number
  /** Bound to the scroll-view's scroll-top where no DOM is at hand. */
  scrollTop: Readonly<Ref<number | undefined>>
  /** Calls `changed` when the height of what is seen changes. Returns how to stop. */
  onResize(changed: () => void): () => void
}

/** The scroll-view has the class `window`, its rows `window__row` and `data-key`. */
export function createScrollPort(owner: ComponentInternalInstance | null): ScrollPort {
  let port = queryPort(owner)
  // #ifdef H5
  port = domPort(() => (owner?.vnode.el as HTMLElement | null)?.querySelector('.window__rows') ?? undefined)
  // #endif
  return port
}

function domPort(rows: () => Element | undefined): ScrollPort {
  const scroller = (): HTMLElement | undefined => {
    let at = rows()?.parentElement
    while (at && !/auto|scroll/.test(getComputedStyle(at).overflowY)) at = at.parentElement
    return at ?? undefined
  }
  return {
    scrollTop: ref(undefined),
    measure(done) {
      const mounted = [...(rows()?.children ?? [])].flatMap((row) => {
        const key = row.getAttribute('data-key')
        return key ? [{ key, height: row.getBoundingClientRect().height }] : []
      })
      const box = scroller()
      if (box) done({ viewport: box.clientHeight, rows: mounted })
    },
    scrollTo(top) {
      const box = scroller()
      if (box) box.scrollTop = top
      return box?.scrollTop ?? top
    },
    onResize(changed) {
      const box = scroller()
      if (!box || typeof ResizeObserver === 'undefined') return () => undefined
      const observer = new ResizeObserver(changed)
      observer.observe(box)
      return () => observer.disconnect()
    },
  }
}

interface Box {
  height?: number
  dataset?: { key?: string }
}
function queryPort(owner: ComponentInternalInstance | null): ScrollPort {
  const scrollTop = ref<number>()
  return {
    scrollTop,
    measure(done) {
      const query = uni.createSelectorQuery().in(owner?.proxy)
      query.select('.window').fields({ size: true }, () => undefined)
      query.selectAll('.window__row').fields({ size: true, dataset: true }, () => undefined)
      query.exec((answer: [Box | null, Box[] | null]) => {
        const [box, rows] = answer
        if (!box?.height) return
        const mounted = (rows ?? []).flatMap(({ height, dataset }) =>
          dataset?.key && height !== undefined ? [{ key: dataset.key, height }] : [],
        )
        done({ viewport: box.height, rows: mounted })
      })
    },
    scrollTo(top) {
      // The same number again would not scroll: the scroll-view may have moved since.
      scrollTop.value = scrollTop.value === top ? top + 0.1 : top
      return top
    },
    onResize: () => () => undefined,
  }
}
