/**
 * Three servers on one database and one Redis; every five seconds one is killed, frozen or cut off from both. What was
 * acked is there, once and in order, and whoever was on the server that was hit is served by another one soon.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { nothingBroken } from '../history'
import { buildServer, type BuiltServer } from './built-server'
import { ChaosNode, type Fault } from './chaos-node'
import type { Instance } from './child'
import { figures } from './figures'
import { startMariadb } from './mariadb-instance'
import { startRedis } from './redis-instance'
import { Roamers } from './roamers'
import { Sleeper } from './sleeper'

const chaosMs = process.env.TOKENIM_FAULTS === 'long' ? 600_000 : 90_000
const everyMs = 5_000
const faultMs = 4_000
/** For so long a node number is leased, and then there must be time for a start that takes it. */
const leaseMs = 30_000
const longFreezeMs = 50_000
const movedWithinMs = 10_000
const faults: readonly Fault[] = ['killed', 'frozen', 'silent', 'reset']
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

let database: Instance
let redis: Instance
let built: BuiltServer
const nodes: ChaosNode[] = []
beforeAll(async () => {
  ;[database, redis, built] = await Promise.all([startMariadb(), startRedis(), buildServer()])
  const options = {
    database,
    redis,
    entry: built.entry,
    secret: 'one secret of all three: 0123456789 abcdef',
  }
  // One after the other: the first has the first number.
  for (let n = 0; n < 3; n++) nodes.push(await ChaosNode.launch(options))
})
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()))
  await Promise.all([database.stop(), redis.stop()])
  built.remove()
})

it(
  `[F4] [S4] [S2] [D6] [D8] three nodes lose, double and reorder nothing in ${chaosMs / 1000} s of chaos`,
  { timeout: chaosMs + 180_000 },
  async () => {
    const roamers = await Roamers.start(
      nodes.map(({ url }) => url),
      9,
    )
    try {
      const sleeper = await Sleeper.start(nodes[0]!.url, roamers.history, database.url)
      roamers.talks.push(sleeper.talk)
      const hits = await chaos(roamers, sleeper)
      await sleeper.finish(nodes[1]!.url)
      const verdict = await roamers.finish(nodes[1]!.url)
      const { movesMs } = roamers
      console.log(
        `three nodes, ${chaosMs / 1000} s: ${hits.join(' ')}; ${verdict.acked} acked messages, ${verdict.screens} screens,`,
        `${movesMs.length} clients moved: ${figures(movesMs)}; ${JSON.stringify(verdict.broken)}`,
      )
      expect(verdict).toMatchObject({ broken: nothingBroken, examples: [] })
      expect(hits.length).toBeGreaterThan(chaosMs / everyMs / 2)
      expect(movesMs.length).toBeGreaterThan(hits.length)
      expect(Math.max(...movesMs)).toBeLessThan(movedWithinMs)
    } finally {
      await roamers.end()
    }
  },
)

/** Hits one node every five seconds; one is left at any time. The first one sleeps longer than its lease lasts. */
async function chaos(roamers: Roamers, sleeper: Sleeper): Promise<string[]> {
  const start = performance.now()
  const hits: string[] = []
  const hit = async (n: number, fault: Fault, ms: number, wakes?: () => Promise<void>) => {
    const node = nodes[n]!
    hits.push(`${n}:${fault}`)
    roamers.hit(n)
    await node.hit(fault)
    return async () => {
      await pause(ms)
      await wakes?.()
      await node.heal()
      roamers.healed(n)
    }
  }
  const healing: Promise<void>[] = []
  const later = (heal: () => Promise<void>) => {
    const healed = heal()
    healed.catch(() => undefined)
    healing.push(healed)
  }
  later(await hit(0, 'frozen', longFreezeMs, () => sleeper.numberIsTaken(database.url)))
  sleeper.speak()
  let taken = false
  for (let turn = 0; performance.now() - start < chaosMs - faultMs; turn++) {
    const well = nodes.flatMap(({ fault }, n) => (fault ? [] : [n]))
    const next = well[turn % well.length]
    const takes: boolean = !taken && performance.now() - start > leaseMs
    if (well.length > 1 && next !== undefined) {
      taken ||= takes
      later(await hit(next, takes ? 'killed' : faults[turn % faults.length]!, faultMs))
    }
    await pause(everyMs)
  }
  await Promise.all(healing)
  return hits
}
