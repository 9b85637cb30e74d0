import { effectScope, ref } from 'vue'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Engine, Topic } from '../engine/face'
import { provideEngine } from './engine'
import { useNow } from './now'

const minute = 60_000
const start = 30_000_000 * minute
let server = start
let changed: (topics: ReadonlySet<Topic>) => void = () => undefined
let scope = effectScope()
beforeEach(() => {
  vi.useFakeTimers({ now: 5 })
  server = start
  const engine: Partial<Engine> = {
    onSettled: () => undefined,
    onChanged: (listener) => void (changed = listener),
    now: () => server,
  }
  provideEngine(engine as Engine)
})
afterEach(() => {
  scope.stop()
  scope = effectScope()
  vi.useRealTimers()
})

it('[W24] is the server’s, moves on by itself and at once when the server tells it', async () => {
  const now = scope.run(() => useNow(() => 0))
  expect(now?.value).toBe(start)
  server += minute
  await vi.advanceTimersByTimeAsync(20_000)
  expect(now?.value).toBe(start + minute)
  server -= 30 * minute
  changed(new Set<Topic>(['link']))
  await vi.advanceTimersByTimeAsync(0)
  expect(now?.value).toBe(start - 29 * minute)
})

it('[W26] is never behind the newest time that is shown', () => {
  const newest = ref(start - 1)
  server = start + 59_000
  const now = scope.run(() => useNow(() => newest.value))
  expect(now?.value).toBe(start)
  newest.value = start + minute + 2_000
  expect(now?.value).toBe(start + minute)
})
