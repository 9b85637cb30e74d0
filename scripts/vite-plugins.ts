/** What is left out of the client's outputs, and what is put beside them. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Plugin } from 'vite'
import { compressFolder } from './compress'

const browserFlags = `
export const hasBrowserEnv = false
export const hasStandardBrowserEnv = false
export const hasStandardBrowserWebWorkerEnv = false
export const navigator = undefined
export const origin = 'http://localhost'`

/** Requests go through uni on every target: axios comes without XMLHttpRequest, fetch, cookies, window and document. */
export function axiosCore(): Plugin {
  return {
    name: 'axios-core',
    enforce: 'pre',
    load(id) {
      if (id.endsWith('/axios/lib/adapters/adapters.js'))
        return 'export default { adapters: {}, getAdapter: (adapter) => adapter }'
      return id.endsWith('/axios/lib/platform/common/utils.js') ? browserFlags : undefined
    },
  }
}

/**
 * uni's runtime for browsers names localStorage while it loads, which throws where cookies are blocked: it gets ours (O12). Its own
 * names come first to it, as the import is in its module.
 */
export function guardedStorage(): Plugin {
  const ours = path.resolve(import.meta.dirname, '../src/platform/page-storage.ts')
  return {
    name: 'guarded-storage',
    enforce: 'pre',
    transform(code, id) {
      if (!/\/uni-h5\/dist\/uni-h5\.es\.js/.test(id)) return undefined
      const names = `import { localStorage, sessionStorage } from ${JSON.stringify(ours)};`
      return { code: names + code.replace(/\bwindow\.(localStorage|sessionStorage)\b/g, '$1'), map: null }
    },
  }
}

/** Maps, an editor and links to manuals that uni's and Vue's runtimes carry and this app never uses. */
const strangers =
  /https?:\/\/(?:[\w-]+\.)*(?:vuejs\.org|dcloud\.net\.cn|quilljs\.com|github\.com\/uuidjs|google\.com\/maps|googleapis\.com|amap\.com|qq\.com|baidu\.com)(?=[/"'`\s)\]])[^\s"'`)\]]*/g
/** Pages of the app's framework for places on a map, rich text and remote control. */
const unusedAppFiles = /^__uniapp(automator|chooselocation|openlocation|quill|quillimageresize)\.js$/
const remotePicture = /url\(["']?https?:\/\/[^)]*\)/g

/** No output names a third party: the style sheet of uni-h5 for one fetches a picture from its maker's CDN. */
export function noThirdParties(): Plugin {
  return {
    name: 'no-third-parties',
    apply: 'build',
    closeBundle: {
      order: 'post',
      sequential: true,
      handler() {
        if (process.env.UNI_OUTPUT_DIR) clean(process.env.UNI_OUTPUT_DIR)
      },
    },
  }
}

/** Pages that a first visit shows: the one for who is signed in, and the one for who is not. */
const firstPages = /\/pages-(chats|sign-in)-index\.[^/]+$/

/** The first pages are asked for together with the entry script, which would name them only when it runs (U17). */
export function firstPagesEarly(): Plugin {
  return {
    name: 'first-pages-early',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle = {}, chunk: entry }) {
        const scripts = new Set<string>()
        const styles = new Set<string>()
        const add = (file: string): void => {
          const chunk = bundle[file]
          if (chunk?.type !== 'chunk' || file === entry?.fileName || scripts.has(file)) return
          scripts.add(file)
          chunk.viteMetadata?.importedCss.forEach((name) => styles.add(name))
          chunk.imports.forEach(add)
        }
        for (const chunk of Object.values(bundle))
          if (chunk.type === 'chunk' && firstPages.test(chunk.fileName)) add(chunk.fileName)
        const link = (attrs: Record<string, string | boolean>) => ({
          tag: 'link',
          injectTo: 'head' as const,
          attrs,
        })
        return [
          ...[...scripts].map((file) => link({ rel: 'modulepreload', crossorigin: true, href: `./${file}` })),
          ...[...styles].map((file) => link({ rel: 'preload', as: 'style', href: `./${file}` })),
        ]
      },
    },
  }
}

/** Browsers get every file of the H5 client compressed (W27). The last plugin: what it packs is final. */
export function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    closeBundle: {
      order: 'post',
      sequential: true,
      handler() {
        const { UNI_OUTPUT_DIR: folder, UNI_PLATFORM: platform } = process.env
        if (folder && platform === 'h5') compressFolder(folder)
      },
    },
  }
}

function clean(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name)
    if (entry.isDirectory()) clean(file)
    else if (unusedAppFiles.test(entry.name)) rmSync(file)
    else if (/\.(js|css|wxss)$/.test(entry.name)) cleanFile(file)
  }
}
function cleanFile(file: string): void {
  const text = readFileSync(file, 'utf8')
  const cleaned = text.replace(remotePicture, 'none').replace(strangers, '')
  if (cleaned !== text) writeFileSync(file, cleaned)
}
