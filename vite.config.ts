import uniPlugin from '@dcloudio/vite-plugin-uni'
import { defineConfig, type Plugin } from 'vite'

/** Under `"type": "module"` the CommonJS plugin arrives wrapped. */
const uni = (uniPlugin as unknown as { default?: typeof uniPlugin }).default ?? uniPlugin

/** The style sheet of uni-h5 fetches a picture from its maker's CDN three seconds after start: nothing remote is kept. */
const noRemoteAssets: Plugin = {
  name: 'no-remote-assets',
  enforce: 'post',
  generateBundle(_options, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type !== 'asset' || !/\.(css|wxss)$/.test(file.fileName)) continue
      file.source = String(file.source).replace(/url\(["']?https?:\/\/[^)]*\)/g, 'none')
    }
  },
}

const server = `127.0.0.1:${process.env.PORT ?? '8080'}`

export default defineConfig({
  plugins: [uni(), noRemoteAssets],
  build: { target: 'es2018' },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': `http://${server}`, '/ws': { target: `ws://${server}`, ws: true } },
    watch: { ignored: ['**/data/**', '**/dist/**'] },
  },
})
