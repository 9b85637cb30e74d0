/** The browser's address bar and history, which only H5 has. */
import { landOn } from './landing'

declare const getCurrentPages: () => { $page: { fullPath: string } }[]
declare const __uniRoutes: readonly { path: string; alias?: string }[]
const paths = (): string[] => __uniRoutes.flatMap(({ path, alias }) => (alias ? [path, alias] : [path]))
const addressNow = (): string => window.location.hash.slice(1) || '/'
let following = false

/** Leads an address that is no page's to one that is, before the router reads it. Called once, at the start. */
export function mendAddress(): void {
  // #ifdef H5
  const [typed, mended] = [addressNow(), landOn(addressNow(), paths())]
  if (mended !== typed) window.history.replaceState(null, '', `#${mended}`)
  // #endif
}

/**
 * Opens what the address says. uni-app tells pages apart by their path and their place in the history: an address that
 * was typed over another one of the same path would go on showing the old page, and one of no page would show nothing.
 */
export function followAddress(): void {
  // #ifdef H5
  if (following) return
  following = true
  window.addEventListener('hashchange', follow)
  // #endif
}

function follow(): void {
  const url = addressNow()
  const mended = landOn(url, paths())
  if (mended !== url) return window.location.replace(`#${mended}`)
  const shown = getCurrentPages().slice(-1)[0]?.$page.fullPath
  if (shown !== undefined && shown !== url && pathOf(shown) === pathOf(url)) void uni.redirectTo({ url })
}
const pathOf = (url: string): string => url.split('?')[0] ?? ''
