/** What stands in for WeChat: the part of `wx` that this app and uni's runtime use. */
import { randomFillSync } from 'node:crypto'
import type { FakeKeyValues } from '../helpers/key-values'
import type { DeviceIo } from './device-io'
import { datasetOf, hasClass } from './mp-instance'
import type { MpPage } from './mp-page'
import type { PageStack } from './page-stack'
import { selectorQuery, type Found } from './selector-query'
import { elementsOf } from './wxml-tree'

export const launch = { path: '', query: {}, scene: 1001 }
const windowInfo = { windowWidth: 390, windowHeight: 844, pixelRatio: 2, statusBarHeight: 20, safeArea: {} }
const device = { platform: 'ios', brand: 'Apple', model: 'iPhone 15', system: 'iOS 18' }
const appInfo = { SDKVersion: '3.6.0', language: 'zh_CN', theme: 'light', version: '8.0.60' }
const nothing = () => undefined
const names = [
  ...[
    'onAppShow',
    'onAppHide',
    'onError',
    'onUnhandledRejection',
    'onThemeChange',
    'offThemeChange',
    'onMemoryWarning',
  ],
  ...['onPageNotFound', 'onNeedPrivacyAuthorization', 'onKeyboardHeightChange', 'offKeyboardHeightChange'],
  ...['setNavigationBarTitle', 'setNavigationBarColor', 'setTabBarStyle', 'setTabBarItem', 'setTabBarBadge'],
  ...['removeTabBarBadge', 'showToast', 'hideToast', 'vibrateShort', 'setBackgroundColor', 'hideKeyboard'],
]

/** What is not here is undefined, as in an old WeChat. */
export function wechat(io: DeviceIo, storage: FakeKeyValues, stack: PageStack<MpPage>, more: object): object {
  return {
    ...Object.fromEntries(names.map((name) => [name, nothing])),
    getSystemInfoSync: () => ({ ...windowInfo, ...device, ...appInfo }),
    getWindowInfo: () => windowInfo,
    getDeviceInfo: () => device,
    getAppBaseInfo: () => appInfo,
    getAppAuthorizeSetting: () => ({}),
    getSystemSetting: () => ({}),
    getLaunchOptionsSync: () => launch,
    getEnterOptionsSync: () => launch,
    getAccountInfoSync: () => ({ miniProgram: {} }),
    getMenuButtonBoundingClientRect: () => ({
      width: 87,
      height: 32,
      top: 24,
      right: 380,
      bottom: 56,
      left: 293,
    }),
    canIUse: () => true,
    nextTick: (act: () => void) => setTimeout(act, 0),
    getRandomValues: ({ length, success }: { length: number; success(result: object): void }) =>
      setTimeout(() => success({ randomValues: randomFillSync(new Uint8Array(length)).buffer }), 5),
    getStorageInfoSync: () => storage.getStorageInfoSync(),
    getStorageSync: (key: string) => storage.getStorageSync(key),
    setStorageSync: (key: string, value: string) => storage.setStorageSync(key, value),
    setStorage: ({ key, data }: { key: string; data: string }) => storage.setStorageSync(key, data),
    removeStorageSync: (key: string) => storage.removeStorageSync(key),
    request: io.request,
    connectSocket: io.connectSocket,
    createSelectorQuery: () =>
      selectorQuery((selector, scope) => elementsFor(stack.top(), selector.slice(1), scope)),
    ...stack.api,
    ...more,
  }
}

function elementsFor(page: MpPage | undefined, name: string, scope: unknown): Found[] {
  if (!page?.root) return []
  return [...elementsOf(page.root)]
    .filter((element) => (!scope || element.owner === scope) && hasClass(element, name))
    .map((element) => ({ dataset: datasetOf(element) }))
}
