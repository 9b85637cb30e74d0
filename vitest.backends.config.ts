import { defineConfig } from 'vitest/config'
import { node } from './vitest.config'

/** What MariaDB and Redis add to `npm test`: scripts/backends.mjs. */
export default defineConfig({
  server: { hmr: { port: 24706 } },
  test: { ...node, runner: './tests/helpers/added-runner.ts' },
})
