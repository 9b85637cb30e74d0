/** Texts, colours and badges of the tab bar, by API: mini-programs take no other way. */
import { nextTick, watch } from 'vue'
import { onHide, onShow } from '@dcloudio/uni-app'
import { countText } from '@/components/count'
import { t } from '@/i18n'
import { useChats } from '@/stores/chats'
import { useContacts } from '@/stores/contacts'
import { useSettings } from '@/stores/settings'
import { tabIcon, tabs } from './tab-icons'

const fail = (): void => undefined

function dress(dark: boolean): void {
  uni.setTabBarStyle({
    color: dark ? '#CCCCCC' : '#191919',
    selectedColor: dark ? '#07C160' : '#007A3A',
    backgroundColor: dark ? '#1E1E1E' : '#F7F7F7',
    borderStyle: dark ? 'white' : 'black',
    fail,
  })
  tabs.forEach((tab, index) =>
    uni.setTabBarItem({
      index,
      text: t(`tab.${tab}`),
      iconPath: tabIcon(tab, dark ? '-dark' : ''),
      selectedIconPath: tabIcon(tab, '-on'),
      fail,
    }),
  )
}

function badge(index: number, count: number): void {
  if (count > 0) uni.setTabBarBadge({ index, text: countText(count), fail })
  else uni.removeTabBarBadge({ index, fail })
}

/** Keeps the tab bar current while a tab page that called this is on screen. */
export function useTabBar(): void {
  const settings = useSettings()
  const chats = useChats()
  const contacts = useContacts()
  let shown = false
  const all = (): void => {
    if (!shown) return
    dress(settings.dark)
    badge(0, chats.unreadTotal)
    badge(1, contacts.waiting)
  }
  onShow(() => {
    shown = true
    // The page that was left may still count as the one on screen.
    void nextTick(all)
  })
  onHide(() => (shown = false))
  watch(() => [settings.dark, t('tab.chats'), chats.unreadTotal, contacts.waiting], all, { flush: 'post' })
}
