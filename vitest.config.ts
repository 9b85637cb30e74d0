import path from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'
import type { ProjectConfig } from 'vitest/node'
import { uniPreprocess } from './tests/helpers/uni-preprocess'

const uniTags = new Set([
  'view',
  'text',
  'image',
  'button',
  'input',
  'textarea',
  'scroll-view',
  'label',
  'switch',
])
const src = path.resolve(import.meta.dirname, 'src')

export const node: ProjectConfig = {
  name: 'node',
  environment: 'node',
  include: ['{protocol,server,src/engine,src/styles,scripts,bench}/**/*.test.ts', 'tests/**/*.test.ts'],
  exclude: ['tests/e2e/**', 'tests/targets/**', 'tests/faults/**', 'node_modules/**'],
  pool: 'forks',
  // Only for what hangs: no test means these, and a machine may be slow.
  testTimeout: 150_000,
  hookTimeout: 150_000,
  expect: { poll: { timeout: 30_000, interval: 10 } },
}

/** Two worlds: plain Node, and Vue on a simulated page with uni's conditional compilation. */
export default defineConfig({
  server: { hmr: { port: 24701 } },
  test: {
    projects: [
      { server: { hmr: { port: 24702 } }, test: node },
      {
        server: { hmr: { port: 24703 } },
        plugins: [
          uniPreprocess('h5'),
          vue({ template: { compilerOptions: { isCustomElement: (tag) => uniTags.has(tag) } } }),
        ],
        resolve: { alias: { '@': src } },
        test: {
          name: 'client',
          // The adapter imports files of axios without their extension, which only a bundler finds.
          server: { deps: { inline: ['@uni-helper/axios-adapter', 'axios'] } },
          environment: 'happy-dom',
          setupFiles: ['tests/helpers/uni-mock.ts'],
          include: ['src/{components,pages,stores,platform,i18n}/**/*.test.ts'],
          pool: 'forks',
        },
      },
    ],
  },
})
