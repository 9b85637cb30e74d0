/** The pictures of the tab bar. */
export const tabs = ['chats', 'contacts', 'me'] as const
const looks = ['', '-dark', '-on'] as const

export const tabIcon = (tab: (typeof tabs)[number], look: (typeof looks)[number]): string =>
  `/static/tab/${tab}${look}.png`
export const tabIcons = tabs.flatMap((tab) => looks.map((look) => tabIcon(tab, look)))
