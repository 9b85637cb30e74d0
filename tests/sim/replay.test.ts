/** A seed is worth something only if it gives the same world each time, on any machine. */
import { afterEach, expect, it, vi } from 'vitest'
import { runSeed } from './run'

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

it('a seed gives the same world again a year later, without a real timer and real dice', async () => {
  const real = [
    vi.spyOn(globalThis, 'setTimeout'),
    vi.spyOn(globalThis, 'setInterval'),
    vi.spyOn(Math, 'random'),
  ]
  const run = () => runSeed(110, { phones: 5, acts: 100, blocks: true, clocks: true })
  const first = await run()
  for (const spy of real) expect(spy).not.toHaveBeenCalled()
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 365 * 86_400_000 })
  expect(await run()).toEqual(first)
})
