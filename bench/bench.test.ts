/** Every part of the bench works, and counts what really happens. Not a measurement. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startContender, type Contender } from './contenders'
import { apart, here, type Generator } from './generate'
import { arrivals, showArrivals } from './parts/arrivals'
import { fanout, showFanout } from './parts/fanout'
import { growth, showGrowth } from './parts/growth'
import { idle, showIdle } from './parts/idle'
import { latency, showLatency } from './parts/latency'
import { messages, showMessages } from './parts/messages'
import type { Effort } from './round'
import type { TalkPlan } from './talk'

/** Frames are the same on every database: one will do. */
const names = ['tokenim-sqlite', 'reference', 'ws'] as const
const world = { users: 8, perPair: 3, messages: 2, room: 8 }
const started: Contender[] = []
const effort: Effort = {
  contenders: names,
  rounds: 1,
  warmUpMs: 100,
  measureMs: 300,
  patienceMs: 0,
  generator: here,
  say: () => undefined,
}
beforeAll(async () => {
  for (const name of names) started.push(await startContender(name, { world }))
})
afterAll(async () => {
  for (const { stop } of started) await stop()
})

describe.each(names)('load on %s', (name) => {
  async function load({ run }: Generator, how: Partial<TalkPlan>) {
    const contender = started.find((one) => one.name === name)
    if (!contender) throw new Error(`${name} did not start`)
    const { dialect, server } = contender
    const before = await contender.stored()
    const plan = {
      kind: 'talk',
      dialect,
      url: server.url,
      inFlight: 3,
      warmUpMs: 100,
      measureMs: 300,
    } as const
    const pairs = await contender.pairs(2)
    const report = await run({ ...plan, pairs, pids: contender.pids(), ...how })
    const after = await contender.stored()
    const stored = before === undefined || after === undefined ? report.total.sent : after - before
    return { report, stored }
  }

  it('[F4] [S4] acks and delivers each message once, and finds it stored', async () => {
    const { report, stored } = await load(apart, {})
    const { total, seconds, perSecond, cores, p50Ms, p99Ms } = report
    expect(total.sent).toBeGreaterThan(12)
    expect(total).toEqual({ sent: stored, acked: stored, refused: 0, delivered: stored })
    expect(perSecond * seconds).toBeGreaterThan(0)
    expect(perSecond * seconds).toBeLessThan(stored)
    expect(cores.server).toBeGreaterThan(0)
    expect(cores.machine).toBeGreaterThan(0)
    expect(p50Ms).toBeGreaterThan(0)
    expect(p99Ms).toBeGreaterThanOrEqual(p50Ms)
  })

  it('[F4] [S4] sends at a given rate', async () => {
    const start = performance.now()
    const { report, stored } = await load(here, { ratePerSecond: 100 })
    expect(report.total).toEqual({ sent: stored, acked: stored, refused: 0, delivered: stored })
    // 400 ms of it; a busy machine ends them late.
    expect(stored).toBeGreaterThanOrEqual(39)
    expect(stored).toBeLessThanOrEqual((performance.now() - start) / 10)
  })
})

describe('parts', () => {
  const expectAll = (text: string) => {
    for (const name of names) expect(text).toMatch(new RegExp(`\\| ${name} \\| \\d+ \\|`))
  }

  it('compares messages per second', async () => {
    const shapes = [{ name: 'tiny', connections: 4, inFlight: 1 }]
    expectAll(showMessages(await messages(started, effort, shapes)))
  })

  it('measures latency at given rates', async () => {
    const shape = { connections: 4, rates: [50] }
    const results = await latency(started, effort, 100, shape)
    expect([...results.keys()]).toEqual(['50 messages/s', 'half of its own peak (reference): 50 messages/s'])
    expectAll(showLatency(results))
  })

  it('counts deliveries to everybody', async () => {
    const results = await fanout(started, effort, [{ members: 8, inFlight: 16 }])
    expectAll(showFanout(results))
  })

  it('counts arrivals', async () => {
    expectAll(showArrivals(await arrivals(started, effort, { users: 8, atOnce: 4, warmUp: 4, count: 40 })))
  })

  it('weighs idle connections', async () => {
    const shape = { connections: 60, conversations: 4, warmUp: 4, settleMs: 10, quietMs: 200 }
    const weighed = ['tokenim-sqlite', 'reference'] as const
    const text = showIdle(await idle({ ...effort, contenders: weighed }, shape))
    for (const name of weighed) expect(text).toMatch(new RegExp(`\\| ${name} \\| -?\\d+ \\|`))
  })

  it('compares worlds of different size, and says when one could not be filled', async () => {
    const [small, large] = [
      { users: 4, perPair: 2 },
      { users: 4, perPair: 2, messages: 5 },
    ]
    const one = {
      ...{ what: 'messages', contenders: ['tokenim-sqlite'] as const },
      small: { name: 'few', world: small },
      large: { name: 'many', world: large },
    }
    const shape = { connections: 4, inFlight: 1, touchWithinMs: 5_000, cases: [one] }
    const [grown, unfilled] = [
      await growth(effort, { ...shape, withinMs: 60_000 }),
      await growth(effort, { ...shape, withinMs: 0 }),
    ]
    expect(showGrowth(grown)).toMatch(/\| tokenim-sqlite, few \| \d+ \| 1.00 \|[^]*many \| \d+ \| \d/)
    expect(showGrowth(unfilled)).toContain('tokenim-sqlite, many: not measured, not filled within 0 s')
  })
})
