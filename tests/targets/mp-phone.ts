/** Runs the built mini-program: its own modules, WXML and page stack; only WeChat itself is stood in for. */
import path from 'node:path'
import { randomFillSync } from 'node:crypto'
import { createKeyValues, type FakeKeyValues } from '../helpers/key-values'
import { createDeviceIo, type DeviceIo } from './device-io'
import { bareContext } from './bare-context'
import { MpFiles } from './mp-files'
import { datasetOf, fire, hasClass, type MpInstance } from './mp-instance'
import { MpPage } from './mp-page'
import { PageStack } from './page-stack'
import type { Shown, TargetPhone } from './phone'
import { elementsOf, textOf, type Element } from './wxml-tree'

interface AppOptions {
  onLaunch?(options: object): void
  onShow?(options: object): void
}
const launch = { path: '', query: {}, scene: 1001 }
const dist = path.resolve(import.meta.dirname, '../../dist/build/mp-weixin')

/** Starts the mini-program against the server at `url`. */
export function startMpPhone(url: string): TargetPhone {
  const storage = createKeyValues()
  storage.setStorageSync('tokenim.server', url)
  const errors: string[] = []
  let process = startProcess(storage, errors)
  return {
    target: 'mp-weixin',
    errors,
    route: () => process.stack.top()?.route ?? '',
    seen: (testid) => shownOn(process.stack.top(), testid),
    go: (address) => process.stack.navigate(address),
    back: () => process.stack.back(1),
    setOnline: (online) => process.setOnline(online),
    restart() {
      process.kill()
      process = startProcess(storage, errors)
    },
    stop: () => process.kill(),
  }
}

function shownOn(page: MpPage | undefined, testid: string): Shown[] {
  if (!page?.root) return []
  return [...elementsOf(page.root)]
    .filter(({ attrs }) => attrs['data-testid'] === testid)
    .map((element) => ({
      text: textOf(element),
      data: datasetOf(element),
      fire: (event, detail = {}) => fire(element, event, detail),
    }))
}

function startProcess(storage: FakeKeyValues, errors: string[]) {
  const io = createDeviceIo()
  const { context, timers, stop } = bareContext(errors)
  const files = new MpFiles(dist, context)
  const app = files.json('app')
  const stack = new PageStack({
    tabs: (app.tabBar?.list ?? []).map(({ pagePath }) => pagePath),
    make: (route, query) => new MpPage(route, query, files, (act) => timers.soon(act)),
    soon: (act) => timers.soon(act),
  })
  const network = new Set<(change: { isConnected: boolean; networkType: string }) => void>()
  let online = true
  let appOptions: AppOptions = {}
  Object.assign(context, {
    wx: wechat(io, storage, stack, {
      getNetworkType: ({ success }: { success(type: object): void }) =>
        timers.soon(() => success({ networkType: online ? 'wifi' : 'none' })),
      onNetworkStatusChange: network.add.bind(network),
    }),
    App: (options: AppOptions) => (appOptions = options),
    getApp: () => appOptions,
    getCurrentPages: () => stack.pages().map(({ instance }) => instance),
    Component: files.register,
    Page: files.register,
    Behavior: (options: unknown) => options,
  })
  files.require('app')
  appOptions.onLaunch?.(launch)
  appOptions.onShow?.(launch)
  stack.navigate(`/${app.pages?.[0] ?? ''}`)
  return {
    stack,
    setOnline(value: boolean) {
      online = value
      io.setOnline(value)
      for (const tell of network) tell({ isConnected: value, networkType: value ? 'wifi' : 'none' })
    },
    kill() {
      io.shutDown()
      stop()
    },
  }
}

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

/** The part of `wx` that this app and uni's runtime use. What is not here is undefined, as in an old WeChat. */
function wechat(io: DeviceIo, storage: FakeKeyValues, stack: PageStack<MpPage>, more: object): object {
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
    createSelectorQuery: () => selectorQuery(stack),
    ...stack.api,
    ...more,
  }
}

interface Box {
  width: number
  height: number
  dataset: Record<string, string>
}
const box = (element: Element, height: number): Box => ({ width: 390, height, dataset: datasetOf(element) })

/** There is no layout here: one element is a screen high, rows are 60 pixels. */
function selectorQuery(stack: PageStack<MpPage>): object {
  let scope: MpInstance | undefined
  const asked: (() => Box | Box[] | null)[] = []
  const found = (selector: string): Element[] => {
    const root = stack.top()?.root
    const owner = scope
    if (!root) return []
    return [...elementsOf(root)].filter(
      (element) => (!owner || element.owner === owner) && hasClass(element, selector.slice(1)),
    )
  }
  const ask = (answer: () => Box | Box[] | null) => {
    const fields = () => {
      asked.push(answer)
      return query
    }
    return { fields, boundingClientRect: fields, scrollOffset: fields }
  }
  const query = {
    in(instance: MpInstance) {
      scope = instance
      return query
    },
    select: (selector: string) => ask(() => found(selector).map((element) => box(element, 700))[0] ?? null),
    selectAll: (selector: string) => ask(() => found(selector).map((element) => box(element, 60))),
    exec: (done: (answers: unknown[]) => void) =>
      void setTimeout(() => done(asked.map((answer) => answer())), 0),
  }
  return query
}
