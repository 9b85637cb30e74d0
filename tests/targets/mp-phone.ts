/** Runs the built mini-program: its own modules, WXML and page stack; only WeChat itself is stood in for. */
import path from 'node:path'
import { createKeyValues, type FakeKeyValues } from '../helpers/key-values'
import { createDeviceIo } from './device-io'
import { bareContext } from './bare-context'
import { MpFiles } from './mp-files'
import { datasetOf, fire } from './mp-instance'
import { MpPage } from './mp-page'
import { PageStack } from './page-stack'
import type { Shown, TargetPhone } from './phone'
import { launch, wechat } from './mp-wechat'
import { elementsOf, textOf } from './wxml-tree'

interface AppOptions {
  onLaunch?(options: object): void
  onShow?(options: object): void
}
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
