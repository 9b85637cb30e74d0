/** Rounds of all contenders in turn, and their figures. */
import { availableParallelism } from 'node:os'
import type { Contender, ContenderName, ContenderOptions } from './contenders'
import { startContender } from './contenders'
import { quiet } from './cpu'
import type { Generator } from './generate'
import type { Cores } from './window'

/** How much is done. */
export interface Effort {
  contenders: readonly ContenderName[]
  rounds: number
  warmUpMs: number
  measureMs: number
  /** Waits up to this long before each round for a machine that is at rest. */
  patienceMs: number
  /** The built server of ours; absent: its sources. */
  entry?: string
  generator: Generator
  /** Says what goes on. */
  say(line: string): void
}
/** Figures of one round. Cores are CPU seconds per second of the measured window. */
export interface Load {
  serverCores: number
  loadCores: number
  foreignCores: number
}
export const loadOf = ({ server, load, machine }: Cores): Load => ({
  serverCores: server,
  loadCores: load,
  foreignCores: Math.max(0, machine - server - load),
})

/** Starts contenders, hands them to `work`, and stops them however it ends. */
export async function withContenders<T>(
  names: readonly ContenderName[],
  options: ContenderOptions,
  work: (started: Contender[]) => Promise<T>,
): Promise<T> {
  const started: Contender[] = []
  try {
    for (const name of names) started.push(await startContender(name, options))
    return await work(started)
  } finally {
    for (const { stop } of started) await stop()
  }
}

/** One kind of round of each of `list` in turn, again and again; the figures of each. */
export async function alternate<C extends { name: string }, F extends Load>(
  what: string,
  list: readonly C[],
  { rounds, patienceMs, say }: Effort,
  round: (contender: C) => Promise<{ figures: F; says: string }>,
): Promise<Map<string, F[]>> {
  const results = new Map<string, F[]>(list.map(({ name }) => [name, []]))
  for (let n = 1; n <= rounds; n++)
    for (const contender of list) {
      await quiet(patienceMs)
      const { figures, says } = await round(contender)
      results.get(contender.name)?.push(figures)
      const others = `others took ${figures.foreignCores.toFixed(2)} of ${availableParallelism()} cores`
      say(`round ${n} of ${rounds}, ${what}, ${contender.name}: ${says}, ${others}`)
    }
  return results
}
