/** The browser's address bar and history, which only H5 has. */

declare const getCurrentPages: () => { $page: { fullPath: string } }[]
let following = false

/**
 * Opens what the address says. uni-app tells pages apart by their path and their place in the history: an address that
 * was typed over another one of the same path would go on showing the old page.
 */
export function followAddress(): void {
  // #ifdef H5
  if (following) return
  following = true
  window.addEventListener('hashchange', follow)
  // #endif
}

function follow(): void {
  const url = window.location.hash.slice(1)
  const shown = getCurrentPages().pop()?.$page.fullPath
  if (shown !== undefined && shown !== url && pathOf(shown) === pathOf(url)) void uni.redirectTo({ url })
}
const pathOf = (url: string): string => url.split('?')[0] ?? ''
