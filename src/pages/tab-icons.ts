/** The pictures of the tab bar. */
export const tabs = ['chats', 'contacts', 'me'] as const
const looks = ['', '-dark', '-on'] as const

export const tabIcon = (tab: (typeof tabs)[number], look: (typeof looks)[number]): string =>
  `/static/tab/${tab}${look}.png`

/** Held, so that the browser holds the pictures. */
const fetched: unknown[] = []
/** H5 fetches a picture when it is first shown; after this they are also there when the network has gone. */
export function fetchTabIcons(): void {
  // #ifdef H5
  if (fetched.length) return
  for (const tab of tabs)
    for (const look of looks) fetched.push(Object.assign(new Image(), { src: `.${tabIcon(tab, look)}` }))
  // #endif
}
