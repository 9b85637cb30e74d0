import { afterEach, beforeEach, expect, it, vi } from 'vitest'

let fetchAhead: (atTouch: boolean) => void

beforeEach(async () => {
  vi.resetModules()
  ;({ fetchAhead } = await import('./fetch-ahead'))
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it('fetches the code of every page once, after the one that is opened, and again where that failed', async () => {
  const loaders = [vi.fn(async () => undefined), vi.fn(async () => undefined)]
  loaders[0]?.mockRejectedValueOnce(new Error('offline'))
  vi.stubGlobal('__uniRoutes', [...loaders.map((loader) => ({ loader })), {}])
  const fetched = async () => {
    fetchAhead(false)
    fetchAhead(false)
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

it('[U17] on a page for visitors fetches nothing before somebody touches or types', async () => {
  const loader = vi.fn(async () => undefined)
  vi.stubGlobal('__uniRoutes', [{ loader }])
  fetchAhead(true)
  await vi.runAllTimersAsync()
  expect(loader).not.toHaveBeenCalled()
  for (let n = 0; n < 2; n++) {
    dispatchEvent(new Event('pointerdown'))
    dispatchEvent(new Event('keydown'))
    await vi.runAllTimersAsync()
    expect(loader).toHaveBeenCalledTimes(1)
  }
})
