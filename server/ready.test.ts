import { expect, it } from 'vitest'
import { unreadyBecause } from './ready'

const at = (ms: number) => ({ now: async () => ms })

it.each([0, 2_000, -2_000])('[D7] a node %s ms off its database is ready', async (skew) => {
  expect(await unreadyBecause(at(1_000_000), () => 1_000_000 + skew)).toBeUndefined()
})

it.each([2_001, -2_001])('[D7] a node %s ms off its database is not ready', async (skew) => {
  expect(await unreadyBecause(at(1_000_000), () => 1_000_000 + skew)).toBe(
    "the clock is 2001 ms off the database's",
  )
})

it('[D7] nor is one whose database fails or keeps silent', async () => {
  const failing = { now: () => Promise.reject(new Error('down')) }
  const silent = { now: () => new Promise<number>(() => undefined) }
  for (const db of [failing, silent])
    expect(await unreadyBecause(db, () => 0, 10)).toBe('the database does not answer')
})
