/** The generator counts what really happens, in the frames of either kind of server. Not a measurement. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serverBackends } from '../tests/server/launch'
import { reference, tokenimOn, type Contender } from './contenders'
import { Load, type LoadPlan, type LoadReport } from './load'
import { startLoad } from './start-load'

const pairCount = 2
/** The frames are the same on every database: the first will do. */
const starts = [
  ...serverBackends()
    .slice(0, 1)
    .map((store) => ({ dialect: 'tokenim', start: () => tokenimOn(store, { pairCount }) })),
  { dialect: 'reference', start: () => reference({ pairCount }) },
]

describe.each(starts)('load on $dialect', ({ start }) => {
  let contender: Contender
  beforeAll(async () => {
    contender = await start()
  })
  afterAll(() => contender.stop())

  async function load(run: (plan: LoadPlan) => Promise<LoadReport>, how: Partial<LoadPlan>) {
    const { dialect, server, pids } = contender
    const before = await contender.stored()
    const times = { warmUpMs: 100, measureMs: 300 }
    const pairs = await contender.peers()
    const report = await run({ dialect, url: server.url, pairs, pids, inFlight: 3, ...times, ...how })
    return { report, stored: (await contender.stored()) - before }
  }

  it('[F4] [S4] acks and delivers each message once, and finds it stored', async () => {
    const { report, stored } = await load(startLoad, {})
    const { total, seconds, ackedPerSecond, cores, p50Ms, p99Ms } = report
    expect(total.sent).toBeGreaterThan(12)
    expect(total).toEqual({ sent: stored, acked: stored, refused: 0, delivered: stored })
    expect(ackedPerSecond * seconds).toBeGreaterThan(0)
    expect(ackedPerSecond * seconds).toBeLessThan(stored)
    expect(cores.server).toBeGreaterThan(0)
    expect(cores.machine).toBeGreaterThan(0)
    expect(p50Ms).toBeGreaterThan(0)
    expect(p99Ms).toBeGreaterThanOrEqual(p50Ms)
  })

  it('[F4] [S4] sends at a given rate', async () => {
    const { report, stored } = await load((plan) => new Load(plan).run(), { ratePerSecond: 100 })
    expect(report.total).toEqual({ sent: stored, acked: stored, refused: 0, delivered: stored })
    // 400 ms of it; a busy machine ends them late.
    expect(stored).toBeGreaterThanOrEqual(39)
    expect(stored).toBeLessThan(150)
  })
})
