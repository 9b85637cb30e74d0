import { expect, it } from 'vitest'
import type { Db } from '../db/connection'
import { createPoll } from './poll'

it('[A9] [Y12] what other nodes wrote is read 3 s after the last reading ended, whatever came of it', async () => {
  const due: { ms: number; run: () => void }[] = []
  let readings = 0
  const failures: unknown[] = []
  const poll = createPoll({
    db: { read: () => Promise.reject(new Error(`reading ${++readings}`)) } as unknown as Db,
    publisher: {
      committed: () => undefined,
      heard: async () => undefined,
      follows: () => undefined,
      sweep: () => undefined,
      idle: async () => undefined,
    },
    notify: () => undefined,
    onError: (error) => failures.push(error),
    after(ms, run) {
      due.push({ ms, run })
      return () => due.splice(0)
    },
  })
  poll.start()
  for (let n = 1; n <= 3; n++) {
    const next = due.splice(0)
    expect(next.map(({ ms }) => ms)).toEqual([3_000])
    next[0]?.run()
    expect([readings, due]).toEqual([n, []])
    await expect.poll(() => due.length).toBe(1)
  }
  await poll.close()
  expect([due, failures.length]).toEqual([[], 3])
})
