import { createPinia } from 'pinia'
import { createSSRApp } from 'vue'
import App from './App.vue'
import { watchLayers } from './components/layers'
import { createEngine } from './engine/engine'
import { i18n } from './i18n'
import { mendAddress } from './pages/address'
import { createPorts, watchNetwork } from './platform'
import { surroundings } from './platform/surroundings'
import { provideDevice } from './stores/device'
import { provideEngine } from './stores/engine'

/** Builds the engine on this platform and hands it to the stores before the first page is made. */
export function createApp() {
  mendAddress()
  watchLayers()
  const engine = createEngine(createPorts())
  const app = createSSRApp(App).use(createPinia()).use(i18n)
  provideEngine(engine)
  provideDevice(surroundings)
  watchNetwork((online) => engine.tell({ is: 'network', online }))
  engine.start()
  return { app }
}
