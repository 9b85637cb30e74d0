import { defineConfig } from 'vitest/config'

/** What kills, cuts, freezes, fills and floods real servers: one file at a time, because each loads the whole machine. */
export default defineConfig({
  server: { hmr: { port: 24705 } },
  test: {
    name: 'faults',
    environment: 'node',
    include: ['tests/faults/**/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
})
