/**
 * What lies over a page until it is answered or left: menus, sheets, dialogs, the emoji panel. Back and Escape close the
 * topmost of the page on screen before the page itself is left [U11].
 */
import { onBeforeUnmount, onMounted } from 'vue'
import { markEntry, watchBack } from './back'

interface Layer {
  page: unknown
  close(): void
}
declare const getCurrentPages: (() => unknown[]) | undefined
/** The list may be the platform's own: it is only read. */
function pageNow(): unknown {
  const pages = typeof getCurrentPages === 'function' ? getCurrentPages() : []
  return pages[pages.length - 1]
}

let layers: readonly Layer[] = []
const top = (): Layer | undefined => {
  const page = pageNow()
  return layers.filter((layer) => layer.page === page).pop()
}

/** Called by a layer, which exists while it is open. `close` asks its owner to take it away. */
export function useLayer(close: () => void): void {
  const layer = { page: pageNow(), close }
  onMounted(() => {
    layers = [...layers, layer]
    markEntry()
  })
  onBeforeUnmount(() => (layers = layers.filter((other) => other !== layer)))
}

/** Closes the topmost layer of the page on screen. False: there is none. */
export function closeTop(): boolean {
  const layer = top()
  if (!layer) return false
  // Before its owner has drawn anew it is gone for whoever asks next.
  layers = layers.filter((other) => other !== layer)
  layer.close()
  return true
}

/** Lets the browser's way back and Escape close layers. Called once, before the router is made. */
export function watchLayers(): void {
  watchBack(closeTop, () => top() !== undefined)
  // #ifdef H5
  document.addEventListener('keydown', (event) => {
    // With this key an input method leaves what it composes.
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- nothing else tells it in Safari
    if (event.key !== 'Escape' || event.isComposing || event.keyCode === 229) return
    if (closeTop()) event.preventDefault()
  })
  // #endif
}
