/** Resident bytes per idle, authenticated connection of a user with many conversations, after heads were compared. */
import { withContenders, type Effort } from '../round'
import type { Contender } from '../contenders'
import { residentBytes } from '../cpu'
import type { Held } from '../hold'
import { median, range, ratio, shown, middle, table, type Column } from '../table'
import { sleep } from '../window'

export interface IdleShape {
  connections: number
  conversations: number
  /** Connections that come and go before, so that what is made once is there. */
  warmUp: number
  settleMs: number
  /** In the last round: so long again, with nothing but pings. */
  quietMs: number
}
const usual: IdleShape = {
  connections: 10_000,
  conversations: 50,
  warmUp: 500,
  settleMs: 3_000,
  quietMs: 60_000,
}

export interface IdleFigures {
  bytes: number
  /** After the quiet time; NaN in all rounds but the last. */
  quietBytes: number
}
type Holding = { contender: Contender; held: Held; before: number; figures: IdleFigures }

export async function idle(effort: Effort, shape = usual): Promise<Map<string, IdleFigures[]>> {
  const world = { users: shape.connections, perUser: shape.conversations }
  const options = { world, ...(effort.entry ? { entry: effort.entry } : {}) }
  return withContenders(effort.contenders, options, async (started) => {
    const results = new Map<string, IdleFigures[]>(started.map(({ name }) => [name, []]))
    for (let n = 1; n <= effort.rounds; n++) {
      const holding: Holding[] = []
      for (const contender of started) {
        const one = await holdOne(contender, effort, shape)
        const { report } = one.held
        const says = `${one.figures.bytes.toFixed(0)} bytes each, all there after ${report.seconds.toFixed(1)} s`
        effort.say(`round ${n} of ${effort.rounds}, idle, ${contender.name}: ${says}`)
        holding.push(one)
      }
      if (n === effort.rounds) await sleep(shape.quietMs)
      for (const { contender, held, before, figures } of holding) {
        const grown = residentBytes(contender.server.pid) - before
        if (n === effort.rounds) figures.quietBytes = grown / shape.connections
        held.end()
        results.get(contender.name)?.push(figures)
      }
    }
    return results
  })
}

/** In a process that has just started: what another round left behind would be used again. */
async function holdOne(contender: Contender, { generator }: Effort, shape: IdleShape): Promise<Holding> {
  const { dialect, server } = contender
  await server.terminate()
  await server.restart()
  const plan = (count: number) =>
    ({ kind: 'hold', dialect, url: server.url, peers: contender.users(count) }) as const
  const warm = await generator.hold(plan(shape.warmUp))
  warm.end()
  await sleep(shape.settleMs)
  const before = residentBytes(server.pid)
  const held = await generator.hold(plan(shape.connections))
  await sleep(shape.settleMs)
  const bytes = (residentBytes(server.pid) - before) / shape.connections
  return { contender, held, before, figures: { bytes, quietBytes: NaN } }
}

const afterQuiet: Column<IdleFigures> = {
  head: 'after a quiet minute (last round)',
  cell: (list) => shown(median(list.map(({ quietBytes }) => quietBytes).filter((n) => !Number.isNaN(n))), 0),
}

export const showIdle = (rounds: Map<string, IdleFigures[]>): string =>
  table(rounds, [
    middle<IdleFigures>('bytes/connection', 'bytes', 0),
    range<IdleFigures>('bytes'),
    ratio(rounds, 'reference', 'bytes'),
    ratio(rounds, 'ws', 'bytes'),
    afterQuiet,
  ])
