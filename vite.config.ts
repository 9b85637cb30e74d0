import uniPlugin from '@dcloudio/vite-plugin-uni'
import { defineConfig } from 'vite'
import { authorityOf } from './scripts/address.mjs'
import {
  axiosCore,
  compressed,
  firstPagesEarly,
  guardedStorage,
  noThirdParties,
} from './scripts/vite-plugins'

/** Under `"type": "module"` the CommonJS plugin arrives wrapped. */
const uni = (uniPlugin as unknown as { default?: typeof uniPlugin }).default ?? uniPlugin
const server = authorityOf(process.env)

export default defineConfig({
  plugins: [guardedStorage(), uni(), axiosCore(), firstPagesEarly(), noThirdParties(), compressed()],
  /** Texts have a compiler of their own (src/i18n), so the library comes without its. */
  resolve: { alias: [{ find: /^vue-i18n$/, replacement: 'vue-i18n/dist/vue-i18n.runtime.mjs' }] },
  define: {
    __VUE_I18N_FULL_INSTALL__: false,
    __VUE_I18N_LEGACY_API__: false,
    __INTLIFY_JIT_COMPILATION__: true,
    __INTLIFY_DROP_MESSAGE_COMPILER__: true,
    __INTLIFY_PROD_DEVTOOLS__: false,
  },
  build: { target: 'es2018' },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': `http://${server}`, '/ws': { target: `ws://${server}`, ws: true } },
    watch: { ignored: ['**/data/**', '**/dist/**'] },
  },
})
