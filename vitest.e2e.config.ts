import { defineConfig } from 'vitest/config'

/** Tests in a real browser: one file at a time, because two browsers and a server already fill a small machine. */
export default defineConfig({
  server: { hmr: { port: 24704 } },
  test: {
    name: 'e2e',
    environment: 'node',
    include: ['tests/e2e/**/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
