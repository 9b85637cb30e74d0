import { defineConfig } from 'vitest/config'

/** The built outputs, read and executed. `npm run test:targets` builds what is old and runs this. */
export default defineConfig({
  server: { hmr: { port: 24705 } },
  test: {
    name: 'targets',
    environment: 'node',
    include: ['tests/targets/**/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
