import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { fetchAhead } from './fetch-ahead'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it('fetches the code of every page once, after the one that is opened, and again where that failed', async () => {
  const loaders = [vi.fn(async () => undefined), vi.fn(async () => undefined)]
  loaders[0]?.mockRejectedValueOnce(new Error('offline'))
  vi.stubGlobal('__uniRoutes', [...loaders.map((loader) => ({ loader })), {}])
  const fetched = async () => {
    fetchAhead()
    fetchAhead()
    const before = loaders.map(({ mock }) => mock.calls.length)
    await vi.runAllTimersAsync()
    return [before, loaders.map(({ mock }) => mock.calls.length)]
  }
  expect(await fetched()).toEqual([
    [0, 0],
    [1, 1],
  ])
  expect(await fetched()).toEqual([
    [1, 1],
    [2, 2],
  ])
  expect(await fetched()).toEqual([
    [2, 2],
    [2, 2],
  ])
})
