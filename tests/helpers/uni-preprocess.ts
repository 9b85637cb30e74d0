import type { Plugin } from 'vite'

interface Preprocessor {
  initPreContext(platform: string, features: object, utsPlatform: string): void
  preJs(source: string): string
  preHtml(source: string): string
}

/** Makes uni-app's conditional compilation (#ifdef) work in vitest, by uni's own preprocessor. */
export function uniPreprocess(platform: 'h5' | 'mp-weixin' | 'app'): Plugin {
  process.env.UNI_PLATFORM = platform
  process.env.UNI_UTS_PLATFORM = platform === 'h5' ? 'web' : platform
  let pre: Preprocessor | undefined
  return {
    name: 'uni-preprocess',
    enforce: 'pre',
    async buildStart() {
      const module = (await import('@dcloudio/uni-cli-shared')) as unknown as {
        default?: Preprocessor
      } & Preprocessor
      pre = module.default ?? module
      pre.initPreContext(platform, {}, platform)
    },
    transform(code, id) {
      const file = id.split('?')[0] ?? ''
      if (!pre || file.includes('node_modules') || !code.includes('#if')) return undefined
      if (file.endsWith('.vue')) return { code: pre.preJs(pre.preHtml(code)), map: null }
      return /\.[jt]s$/.test(file) ? { code: pre.preJs(code), map: null } : undefined
    },
  }
}
