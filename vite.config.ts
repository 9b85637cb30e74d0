import uniPlugin from '@dcloudio/vite-plugin-uni'
import { defineConfig } from 'vite'
import { authorityOf } from './scripts/address.mjs'
import { axiosCore, compressed, guardedStorage, noThirdParties } from './scripts/vite-plugins'

/** Under `"type": "module"` the CommonJS plugin arrives wrapped. */
const uni = (uniPlugin as unknown as { default?: typeof uniPlugin }).default ?? uniPlugin
const server = authorityOf(process.env)

export default defineConfig({
  plugins: [guardedStorage(), uni(), axiosCore(), noThirdParties(), compressed()],
  build: { target: 'es2018' },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': `http://${server}`, '/ws': { target: `ws://${server}`, ws: true } },
    watch: { ignored: ['**/data/**', '**/dist/**'] },
  },
})
