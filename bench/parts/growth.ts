/** What grows with what is there already: CPU per message in worlds of different size. */
import { startContender, type Contender, type ContenderName } from '../contenders'
import { alternate, type Effort } from '../round'
import { load, medianOf, middle, shown, table, type Column } from '../table'
import { talkRound, type TalkFigures } from '../talk-round'
import { TooSlow, type World } from '../world'

export interface Case {
  what: string
  contenders: readonly ContenderName[]
  small: Stage
  large: Stage
}
interface Stage {
  name: string
  world: World & { perPair: number }
}
export interface GrowthShape {
  connections: number
  inFlight: number
  /** For filling one database. */
  withinMs: number
  /** For the first message in each conversation, which is not measured: what is read once has been read then. */
  touchWithinMs: number
  cases: readonly Case[]
}
export interface GrowthResult {
  what: string
  rounds: Map<string, TalkFigures[]>
  /** By name: the same contender in its small world. */
  bases: Map<string, string>
  /** By name: CPU µs of the first message of a conversation. */
  first: Map<string, number>
  notes: string[]
}
interface Entrant {
  name: string
  contender: Contender
}

const users = 200
const ours = ['tokenim-sqlite', 'tokenim-mariadb'] as const
const usual: GrowthShape = {
  ...{ connections: users, inFlight: 4, withinMs: 120_000, touchWithinMs: 25_000 },
  cases: [
    {
      ...{ what: 'conversations', contenders: ours },
      small: { name: '100', world: { users, perPair: 1 } },
      large: { name: '100,000', world: { users, perPair: 1_000 } },
    },
    {
      ...{ what: 'stored messages', contenders: [...ours, 'reference'] },
      small: { name: '100,000', world: { users, perPair: 100, messages: 10 } },
      large: { name: '5 million', world: { users, perPair: 100, messages: 500 } },
    },
  ],
}

export async function growth(effort: Effort, shape = usual): Promise<GrowthResult[]> {
  const results: GrowthResult[] = []
  for (const one of shape.cases) results.push(await grow(one, effort, shape))
  return results
}

async function grow(one: Case, effort: Effort, shape: GrowthShape): Promise<GrowthResult> {
  const { connections, inFlight } = shape
  const result: GrowthResult = {
    ...{ what: one.what, rounds: new Map(), bases: new Map(), first: new Map(), notes: [] },
  }
  const entrants: Entrant[] = []
  try {
    for (const name of one.contenders)
      if (effort.contenders.includes(name)) await enter(name, one, effort, shape, entrants, result)
    const round = ({ contender }: Entrant) => talkRound(contender, { connections, inFlight }, effort)
    result.rounds = await alternate(one.what, entrants, effort, round)
    return result
  } finally {
    for (const { contender } of entrants) await contender.stop()
  }
}

/** Starts one contender in both worlds, or in the small one alone when the large one takes too long. */
async function enter(
  contender: ContenderName,
  { what, small, large }: Case,
  effort: Effort,
  shape: GrowthShape,
  entrants: Entrant[],
  { bases, first, notes }: GrowthResult,
): Promise<void> {
  for (const { name: size, world } of [small, large]) {
    const name = `${contender}, ${size}`
    try {
      effort.say(`${what}: filling ${name}`)
      const options = { world, withinMs: shape.withinMs, ...(effort.entry ? { entry: effort.entry } : {}) }
      const started = await startContender(contender, options)
      entrants.push({ name, contender: started })
      bases.set(name, `${contender}, ${small.name}`)
      if (started.dialect === 'tokenim')
        first.set(name, await touch({ name: size, contender: started }, world.perPair, effort, shape, notes))
    } catch (error) {
      if (!(error instanceof TooSlow)) throw error
      notes.push(`${name}: not measured, ${error.message}`)
    }
  }
}

/** Says something in each conversation; CPU µs of each message, NaN when they are too few to tell. */
async function touch(
  { name: what, contender }: Entrant,
  perPair: number,
  { generator }: Effort,
  { connections, inFlight, touchWithinMs }: GrowthShape,
  notes: string[],
): Promise<number> {
  const perLine = Math.ceil(perPair / 2)
  const times = { warmUpMs: 0, measureMs: touchWithinMs, generator }
  const { figures, acked } = await talkRound(contender, { connections, inFlight, perLine }, times)
  const all = perLine * connections
  if (acked < all)
    notes.push(`${contender.name}, ${what}: time was up after ${acked} of ${all} first messages`)
  const enough = 5_000
  return acked < enough ? NaN : figures.cpuMicros
}

export const showGrowth = (results: readonly GrowthResult[]): string =>
  results
    .map(({ what, rounds, bases, first, notes }) => {
      const micros = (name: string | undefined) => medianOf(rounds.get(name ?? ''), 'cpuMicros')
      const grown: Column<TalkFigures> = {
        head: '× small world',
        cell: (_list, name) => shown(micros(name) / micros(bases.get(name)), 2),
      }
      const once: Column<TalkFigures> = {
        head: 'first of a conversation, µs',
        cell: (_list, name) => shown(first.get(name) ?? NaN, 0),
      }
      const columns = [
        middle<TalkFigures>('CPU µs/message', 'cpuMicros', 0),
        grown,
        once,
        middle<TalkFigures>('messages/s', 'perSecond', 0),
        middle<TalkFigures>('p99 ms', 'p99Ms', 2),
        ...load<TalkFigures>(),
      ]
      const below = notes.map((note) => `\n - ${note}`).join('')
      return `### ${what}\n\n${table(rounds, columns)}${below && `\n${below}`}`
    })
    .join('\n\n')
