/** Authenticated connections per second. */
import type { Contender } from '../contenders'
import { alternate, loadOf, type Effort, type Load } from '../round'
import { load, middle, range, ratio, table } from '../table'

export interface ArrivalFigures extends Load {
  perSecond: number
  cpuMicros: number
}
export interface ArrivalShape {
  atOnce: number
  warmUp: number
  users: number
  count: number
}
const usual: ArrivalShape = { users: 1_000, atOnce: 64, warmUp: 1_000, count: 10_000 }

export const arrivals = (
  started: readonly Contender[],
  effort: Effort,
  { users, ...shape } = usual,
): Promise<Map<string, ArrivalFigures[]>> =>
  alternate('arrivals', started, effort, async (contender) => {
    const { dialect, server } = contender
    const peers = contender.users(users)
    const plan = {
      kind: 'arrivals',
      dialect,
      url: server.url,
      peers,
      pids: contender.pids(),
      ...shape,
    } as const
    const { perSecond, cores } = await effort.generator.run(plan)
    const cpuMicros = (cores.server / perSecond) * 1e6
    const says = `${perSecond.toFixed(0)} connections/s, ${cpuMicros.toFixed(0)} µs of server each`
    return { figures: { perSecond, cpuMicros, ...loadOf(cores) }, says }
  })

export const showArrivals = (rounds: Map<string, ArrivalFigures[]>): string =>
  table(rounds, [
    middle<ArrivalFigures>('connections/s', 'perSecond', 0),
    range<ArrivalFigures>('perSecond'),
    ratio(rounds, 'reference', 'perSecond'),
    ratio(rounds, 'ws', 'perSecond'),
    middle<ArrivalFigures>('CPU µs/connection', 'cpuMicros', 0),
    ...load<ArrivalFigures>(),
  ])
