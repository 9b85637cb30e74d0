/** H5 loads the code of a page when it is first opened. Fetched ahead, pages also open when the network has gone. */
import { tabIcons } from './tab-icons'

declare const __uniRoutes: readonly { loader?: () => Promise<unknown> }[]
/** The page that is opened comes first. */
const afterMs = 300
let fetched = false
/** Kept, so that the browser keeps the pictures. */
const icons: HTMLImageElement[] = []

/** `atTouch`: on a page for visitors, once somebody touches or types: a first visit loads and runs nothing else (U17). */
export function fetchAhead(atTouch: boolean): void {
  // #ifdef H5
  if (!atTouch) return fetchNow()
  for (const event of ['pointerdown', 'keydown']) addEventListener(event, fetchNow, { once: true })
  // #endif
}

function fetchNow(): void {
  if (fetched) return
  fetched = true
  setTimeout(() => {
    for (const { loader } of __uniRoutes) loader?.().catch(() => (fetched = false))
    for (const src of tabIcons) icons.push(Object.assign(new Image(), { src: `.${src}` }))
  }, afterMs)
}
