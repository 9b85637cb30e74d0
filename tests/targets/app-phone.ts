/** Runs the built app: app-service.js in a bare world, on the Vue of uni's app framework, drawn into nodes. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import vm from 'node:vm'
import { buildSync } from 'esbuild'
import { createPlusSqlite, type FakePlusSqlite } from '../helpers/plus-sqlite'
import { datasetOf, fire, nodesOf, textOf } from './app-nodes'
import {
  AppPage,
  callHooks,
  type AppRoot,
  type AppVue,
  type ComponentInstance,
  type PageComponent,
} from './app-page'
import { nativeCrypto, uniApi } from './app-uni'
import { bareContext } from './bare-context'
import { createDeviceIo } from './device-io'
import { PageStack } from './page-stack'
import type { Shown, TargetPhone } from './phone'

const root = path.resolve(import.meta.dirname, '../..')
const dist = path.join(root, 'dist/build/app')

/** Starts the app against the server at `url`. */
export function startAppPhone(url: string): TargetPhone {
  const folder = mkdtempSync(path.join(tmpdir(), 'tokenim-app-'))
  const sqlite = createPlusSqlite(path.join(folder, 'tokenim.db'))
  const settings = new Map<string, unknown>([['tokenim.server', url]])
  const errors: string[] = []
  let process = startProcess(sqlite, settings, errors)
  return {
    target: 'app',
    errors,
    route: () => process.stack.top()?.route ?? '',
    seen: (testid) => shownOn(process.stack.top(), testid),
    go: (address) => process.stack.navigate(address),
    back: () => process.stack.back(1),
    setOnline: (online) => process.setOnline(online),
    restart() {
      process.kill()
      sqlite.restart()
      process = startProcess(sqlite, settings, errors)
    },
    stop() {
      process.kill()
      sqlite.restart()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function shownOn(page: AppPage | undefined, testid: string): Shown[] {
  if (!page) return []
  return [...nodesOf(page.root)]
    .filter(({ props }) => props['data-testid'] === testid)
    .map((node) => ({
      text: textOf(node),
      data: datasetOf(node),
      fire: (event, detail = {}) => fire(node, event, detail),
    }))
}

/** The Vue that the app's framework brings, as the global `Vue` that app-service.js expects. */
const vueSource = buildSync({
  entryPoints: [path.join(root, 'node_modules/@dcloudio/uni-app-vue/dist/vue.runtime.esm.prod.js')],
  bundle: true,
  format: 'iife',
  globalName: 'Vue',
  write: false,
  define: { 'process.env.NODE_ENV': '"production"' },
}).outputFiles[0]?.text

interface World {
  Vue: AppVue
  uni: object
}

function startProcess(sqlite: FakePlusSqlite, settings: Map<string, unknown>, errors: string[]) {
  const io = createDeviceIo()
  const { context, timers, stop } = bareContext(errors)
  const world = context as unknown as World
  const config = appConfig()
  const components = new Map<string, PageComponent>()
  let app: AppRoot | undefined
  let rootInstance: ComponentInstance | undefined
  const stack = new PageStack({
    tabs: config.tabs,
    make(route, query) {
      const component = components.get(route)
      if (!component || !app) throw new Error(`no page ${route}`)
      return new AppPage(route, query, { vue: world.Vue, app, component })
    },
    soon: (act) => timers.soon(act),
  })
  const network = networkOf(io)
  Object.assign(context, {
    uni: {
      ...uniApi(stack, settings),
      ...stack.api,
      ...network.api,
      request: io.request,
      connectSocket: io.connectSocket,
    },
    plus: { os: { name: 'Android' }, sqlite },
    weex: { requireModule: (name: string) => (name === 'DCloud-Crypto' ? nativeCrypto : {}) },
    __uniConfig: { styles: [] },
    __definePage: (route: string, component: PageComponent) => components.set(route, component),
    getApp: () => app,
    getCurrentPages: () => stack.pages(),
    exports: {},
  })
  vm.runInContext(vueSource ?? '', context)
  const vue = world.Vue
  world.Vue = {
    ...vue,
    createVueApp(...args) {
      app = vue.createVueApp(...args)
      const mount = app.mount.bind(app)
      app.mount = (at) => {
        const mounted = mount(at)
        rootInstance = mounted.$
        return mounted
      }
      return app
    },
  }
  vm.runInContext(readFileSync(path.join(dist, 'app-service.js'), 'utf8'), context, {
    filename: 'app-service.js',
  })
  callHooks(rootInstance, 'onLaunch', {})
  callHooks(rootInstance, 'onShow', {})
  stack.navigate(`/${config.entry}`)
  return {
    stack,
    setOnline: network.setOnline,
    kill() {
      io.shutDown()
      stop()
    },
  }
}

/** Entry page and tabs, from the configuration that the app starts with. */
function appConfig(): { entry: string; tabs: string[] } {
  const source = readFileSync(path.join(dist, 'app-config-service.js'), 'utf8')
  const [, json = ''] = /const __uniConfig = (\{.*\});/.exec(source) ?? []
  const config = JSON.parse(json) as { entryPagePath: string; tabBar: { list: { pagePath: string }[] } }
  return { entry: config.entryPagePath, tabs: config.tabBar.list.map(({ pagePath }) => pagePath) }
}

function networkOf(io: ReturnType<typeof createDeviceIo>) {
  const listeners = new Set<(change: { isConnected: boolean; networkType: string }) => void>()
  let online = true
  const type = () => (online ? 'wifi' : 'none')
  return {
    api: {
      getNetworkType: ({ success }: { success(result: { networkType: string }): void }) =>
        void setTimeout(() => success({ networkType: type() }), 0),
      onNetworkStatusChange: listeners.add.bind(listeners),
    },
    setOnline(value: boolean) {
      online = value
      io.setOnline(value)
      for (const tell of listeners) tell({ isConnected: value, networkType: type() })
    },
  }
}
