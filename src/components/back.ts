/**
 * The browser's way back, on H5: an open layer has a history entry of its own, so that going back closes it and leaves the
 * page where it is. The router knows nothing of these entries: they carry the state of the page that they stand on, and a
 * mark. One that outlived its layer is used for the next layer, or passed over on the way back.
 */
const mark = 'layer'

interface Entry {
  /** The router's number of the page's entry. */
  position: unknown
  marked: boolean
}
function entryNow(): Entry {
  const state = (window.history.state ?? {}) as Record<string, unknown>
  return { position: state.position, marked: state[mark] === true }
}
let at: Entry = { position: undefined, marked: false }

/** Has the way back lead to `closeTop` first, as long as something is open. Must come before the router listens. */
export function watchBack(closeTop: () => boolean, isOpen: () => boolean): void {
  // #ifdef H5
  at = entryNow()
  const popped = (event: PopStateEvent): void => {
    const from = at
    at = entryNow()
    if (from.position !== at.position || from.marked === at.marked) return
    event.stopImmediatePropagation()
    if (at.marked) return
    if (!closeTop()) window.history.back()
    else if (isOpen()) markEntry()
  }
  window.addEventListener('popstate', popped, { capture: true })
  // #endif
}

/** A layer has opened: going back is to close it. */
export function markEntry(): void {
  // #ifdef H5
  if (entryNow().marked) return
  window.history.pushState({ ...(window.history.state as object | null), [mark]: true }, '')
  at = entryNow()
  // #endif
}
