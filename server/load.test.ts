import { describe, expect, it } from 'vitest'
import { ops } from '../protocol'
import { createLoad, levelOf, purposeOf, Queue, sheds, writesMax, type Level, type Purpose } from './load'

const calm = { loopDelayMs: 0, writes: 0, writeWaitMs: 0, reads: 0, readWaitMs: 0 }
const order: readonly Purpose[] = ['passing', 'look', 'enter', 'work', 'vital']

describe('what is turned away', () => {
  it.each([0, 1, 2, 3, 4] as const)('[L1] at level %i the first so many purposes', (level: Level) => {
    expect(order.filter((purpose) => sheds(level, purpose))).toEqual(order.slice(0, level))
  })

  it('[L1] signing out never, sends last, and every write of a read mark first', () => {
    const byPurpose = Object.keys(ops).map((op) => `${purposeOf(op)} ${op}`)
    expect(byPurpose).toContain('vital accounts.signOut')
    expect(byPurpose).toContain('work chat.sendMessage')
    expect(byPurpose).toContain('passing chat.markRead')
    expect(byPurpose.filter((line) => line.startsWith('enter'))).toEqual([
      'enter accounts.register',
      'enter accounts.signIn',
      'enter accounts.getChallenge',
      'enter accounts.refresh',
    ])
  })
})

describe('levelOf', () => {
  it.each([
    ['nothing', {}, 0],
    ['a full commit turn', { writes: 128, writeWaitMs: 30 }, 0],
    ['a late event loop', { loopDelayMs: 150 }, 1],
    ['a later one', { loopDelayMs: 499 }, 2],
    ['reads that wait', { readWaitMs: 1_000 }, 3],
    ['writes that wait', { writeWaitMs: 2_000 }, 4],
    ['half a queue', { writes: writesMax / 2 }, 1],
    ['a full queue', { writes: writesMax }, 4],
    ['as many reads', { reads: writesMax }, 4],
    ['the highest of several', { loopDelayMs: 150, readWaitMs: 600 }, 2],
  ])('[L3] %s', (_what, signs, level) => {
    expect(levelOf({ ...calm, ...signs })).toBe(level)
  })
})

describe('Queue', () => {
  it('[L3] tells how long half of many have waited, and leaves out those that left', () => {
    let now = 0
    const queue = new Queue(() => now)
    const tickets = Array.from({ length: 100 }, (_, n) => {
      now = n
      return queue.enter()
    })
    now = 1_000
    expect([queue.length, queue.waitMs()]).toEqual([100, 950])
    for (const ticket of tickets.slice(0, 20)) queue.leave(ticket)
    queue.leave(tickets[0] ?? 0)
    expect([queue.length, queue.waitMs()]).toEqual([80, 940])
  })

  it('[L3] a few slow ones are no load', () => {
    let now = 0
    const queue = new Queue(() => now)
    for (let n = 0; n < 63; n++) queue.enter()
    now = 60_000
    expect(queue.waitMs()).toBe(0)
  })
})

describe('createLoad', () => {
  it('[L2] [L3] a full queue refuses at once and comes back when one leaves', () => {
    const load = createLoad({ ticks: () => 0 })
    const tickets = Array.from({ length: writesMax }, () => load.writes.enter())
    expect(load.retryAfterMs('work')).toBeGreaterThanOrEqual(1_000)
    expect(load.retryAfterMs('vital')).toBe(0)
    load.writes.leave(tickets[0] ?? 0)
    expect(load.retryAfterMs('work')).toBe(0)
    expect(load.retryAfterMs('enter')).toBeGreaterThan(0)
  })

  it('[L2] asks those it refused together to come back apart, within two seconds', () => {
    const load = createLoad({ ticks: () => 0, loopDelayMs: () => 5_000 })
    const asked = Array.from({ length: 100 }, () => load.retryAfterMs('work'))
    expect(new Set(asked).size).toBeGreaterThan(90)
    expect(Math.max(...asked)).toBeLessThan(2_000)
  })

  it('[L3] is itself again when the signs are gone', () => {
    let [now, delay] = [0, 2_000]
    const load = createLoad({ ticks: () => now, loopDelayMs: () => delay })
    expect(load.retryAfterMs('work')).toBeGreaterThan(0)
    delay = 0
    now = 50
    expect(load.retryAfterMs('passing')).toBe(0)
  })
})
