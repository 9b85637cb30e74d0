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
    // They end what hangs, on a machine that others keep busy too: how fast it goes is for the tests to say.
    testTimeout: 240_000,
    hookTimeout: 180_000,
  },
})
