/** One seed: set up, act under faults, heal, judge. */
import { actOnce } from './acts'
import { brokenLaws } from './laws'
import { World } from './world'

export interface RunOptions {
  phones: number
  acts: number
}
export interface RunReport {
  seed: number
  broken: string[]
  /** How often each act and fault happened. */
  counts: Record<string, number>
  log: string[]
}

export async function runSeed(seed: number, { phones, acts }: RunOptions): Promise<RunReport> {
  const world = new World(seed)
  try {
    await world.setUp(phones)
    Object.assign(world.net.options, { drop: 0.02, double: 0.02, delayMsMax: 150 })
    for (let n = 0; n < acts; n++) {
      actOnce(world)
      await world.run(world.dice.between(0, 400))
    }
    await world.run(6_000)
    await world.heal(240_000)
    const broken = await brokenLaws(world)
    const { cuts, dropped, doubled, frames, halfOpens } = world.net.counts
    const faults = { frames, dropped, doubled, cuts, halfOpens, serverKills: world.server.kills }
    return { seed, broken, counts: { ...Object.fromEntries(world.counts), ...faults }, log: world.log }
  } finally {
    await world.close()
  }
}
