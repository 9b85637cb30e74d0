import uniPlugin from '@dcloudio/vite-plugin-uni'
import { defineConfig } from 'vite'
import { axiosCore, noThirdParties } from './scripts/vite-plugins'

/** Under `"type": "module"` the CommonJS plugin arrives wrapped. */
const uni = (uniPlugin as unknown as { default?: typeof uniPlugin }).default ?? uniPlugin
const server = `127.0.0.1:${process.env.PORT ?? '8080'}`

/**
 * H5 in one script and one style sheet: a page whose own file could not be fetched, offline or after an update of the
 * server, would stay without it. Split, a start would load at most a seventh less.
 */
const onePiece = { cssCodeSplit: false, rollupOptions: { output: { inlineDynamicImports: true } } }

export default defineConfig({
  plugins: [uni(), axiosCore(), noThirdParties()],
  build: { target: 'es2018', ...(process.env.UNI_PLATFORM === 'h5' ? onePiece : {}) },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': `http://${server}`, '/ws': { target: `ws://${server}`, ws: true } },
    watch: { ignored: ['**/data/**', '**/dist/**'] },
  },
})
