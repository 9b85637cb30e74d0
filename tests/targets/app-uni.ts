/** What stands in for the app's framework: the part of `uni` that this app uses, and one native module. */
import { randomBytes } from 'node:crypto'
import { datasetOf, hasClass, nodesOf } from './app-nodes'
import type { AppPage } from './app-page'
import type { PageStack } from './page-stack'
import { selectorQuery, type Found } from './selector-query'

/** uni's own native module behind `crypto.getRandomValues`: base64. */
export const nativeCrypto = { getRandomValues: (count: number) => randomBytes(count).toString('base64') }

const nothing = () => undefined
const names = [
  ...['onKeyboardHeightChange', 'offKeyboardHeightChange', 'showToast', 'vibrateShort', 'setClipboardData'],
  ...['setNavigationBarTitle', 'setNavigationBarColor', 'setTabBarStyle', 'setTabBarItem', 'setTabBarBadge'],
  ...['removeTabBarBadge', 'onThemeChange', 'offThemeChange', '$emit', '$on', '$off'],
]
const windowInfo = { windowWidth: 390, windowHeight: 844, pixelRatio: 2, statusBarHeight: 20 }
const device = { platform: 'android', brand: 'Test', model: 'Phone', system: 'Android 14', language: 'zh-CN' }

export const uniApi = (stack: PageStack<AppPage>, settings: Map<string, unknown>): object => ({
  ...Object.fromEntries(names.map((name) => [name, nothing])),
  getStorageSync: (key: string) => settings.get(key) ?? '',
  setStorageSync: (key: string, value: unknown) => void settings.set(key, value),
  getSystemInfoSync: () => ({ ...windowInfo, ...device }),
  getDeviceInfo: () => device,
  getWindowInfo: () => windowInfo,
  createSelectorQuery: () => selectorQuery((selector) => nodesFor(stack.top(), selector.slice(1))),
})

const nodesFor = (page: AppPage | undefined, name: string): Found[] =>
  page
    ? [...nodesOf(page.root)]
        .filter((node) => hasClass(node, name))
        .map((node) => ({ dataset: datasetOf(node) }))
    : []
