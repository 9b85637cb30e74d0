/** One seed: set up, act under faults, heal, judge. */
import { limits } from '../../protocol/limits'
import { actOnce, acts, blockOnce, setClockOnce } from './acts'
import { brokenLaws } from './laws'
import type { Store } from './store'
import { viewsDiffer } from './views'
import { World } from './world'

export interface RunOptions {
  phones: number
  acts: number
  /** Absent: one or two, as the seed says. */
  nodes?: number | undefined
  /** Now and then a phone is in a network that lets no socket live. */
  blocks?: boolean | undefined
  /** Now and then the clock of a device is set, by minutes or by years. */
  clocks?: boolean | undefined
}
export interface RunReport {
  seed: number
  broken: string[]
  /** How often each act and fault happened. */
  counts: Record<string, number>
  log: string[]
}

/** Once nothing is left to send. Shorter than the time between two pings, whose digest would find what was missed. */
const convergeMs = 5_000
/** In which every phone pings, and does what follows. */
const pingRoundMs = limits.pingEveryMs + 5_000

/** Runs a seed on a store, or on a fresh file. */
export async function runSeed(seed: number, options: RunOptions, store?: Store): Promise<RunReport> {
  const { phones, nodes, blocks, clocks } = options
  const world = await World.make({ seed, ...(nodes && { nodes }), ...(store && { store }) })
  try {
    await world.setUp(phones)
    Object.assign(world.net.options, { drop: 0.02, double: 0.02, delayMsMax: 150 })
    for (let n = 0; n < options.acts; n++) {
      actOnce(world)
      if (blocks && world.dice.chance(0.04)) blockOnce(world)
      if (clocks && world.dice.chance(0.08)) setClockOnce(world)
      await world.run(world.dice.between(0, 400))
    }
    await world.run(6_000)
    const broken = await healAndJudge(world)
    return { seed, broken, counts: countsOf(world), log: world.log }
  } finally {
    await world.close()
  }
}

async function healAndJudge(world: World): Promise<string[]> {
  const broken: string[] = []
  const converge = async (after: string) => {
    await world.run(convergeMs)
    for (const phone of world.phones)
      for (const line of await viewsDiffer(world, phone))
        broken.push(`${convergeMs} ms after the last ${after}: ${line}`)
  }
  await world.heal()
  await world.until(() => world.isQuiet(), 240_000)
  // Last words: nobody comes back any more, and nothing follows that would give away what was missed.
  for (const phone of world.phones) acts['send']?.run(world, phone)
  await converge('words')
  // The digest of the next pings finds what nobody missed until now.
  await world.run(pingRoundMs)
  // One word more: whoever does not hear of it hears of nothing else in its conversation.
  acts['send']?.run(world, world.dice.pick(world.phones))
  await converge('word')
  await world.run(pingRoundMs)
  broken.push(...(await unrest(world)))
  // By now the copies have reached the disks.
  return [...broken, ...(await brokenLaws(world))]
}

/** [Y9] Who holds what the server holds pings, and asks for nothing. */
async function unrest(world: World): Promise<string[]> {
  const before = world.phones.map(({ asked }) => asked)
  await world.run(pingRoundMs)
  return world.phones.flatMap(({ name, asked }, index) =>
    asked === before[index] ? [] : [`${name} goes on asking, though nothing happens`],
  )
}

function countsOf(world: World): Record<string, number> {
  const { cluster } = world
  const twoNodes = cluster.nodes.length > 1 ? 1 : 0
  return {
    ...Object.fromEntries(world.counts),
    ...world.net.counts,
    ...world.bus.counts,
    serverKills: cluster.kills,
    twoNodes,
    moves: cluster.moved,
  }
}
