/** One conversation with everybody: deliveries per second. */
import type { Contender } from '../contenders'
import { alternate, loadOf, type Effort, type Load } from '../round'
import { load, middle, range, ratio, table } from '../table'

export interface CrowdFigures extends Load {
  perSecond: number
  messagesPerSecond: number
  cpuMicros: number
  p50Ms: number
  p99Ms: number
}
export interface CrowdShape {
  members: number
  inFlight: number
}
export type CrowdResults = Map<string, Map<string, CrowdFigures[]>>

export const crowdShapes: readonly CrowdShape[] = [
  { members: 1_000, inFlight: 4 },
  { members: 1_000, inFlight: 64 },
]
const senders = 8

/** By shape and contender. */
export async function fanout(
  started: readonly Contender[],
  effort: Effort,
  shapes = crowdShapes,
): Promise<CrowdResults> {
  const results: CrowdResults = new Map()
  for (const shape of shapes) {
    const name = `${shape.members} connections, ${shape.inFlight} in flight`
    const round = (contender: Contender) => crowdRound(contender, shape, effort)
    results.set(name, await alternate(name, started, effort, round))
  }
  return results
}

/** Throws Error unless each acked message was delivered once to everybody and is stored. */
async function crowdRound(
  contender: Contender,
  { members: count, inFlight }: CrowdShape,
  { generator, warmUpMs, measureMs }: Effort,
): Promise<{ figures: CrowdFigures; says: string }> {
  const { name, dialect, server } = contender
  const members = await contender.room(count)
  const plan = { kind: 'crowd', dialect, url: server.url, members, senders, inFlight } as const
  const before = await contender.stored()
  const report = await generator.run({ ...plan, pids: contender.pids(), warmUpMs, measureMs })
  const after = await contender.stored()
  const { total, refusal, perSecond, cores, p50Ms, p99Ms } = report
  const { sent, acked, delivered } = total
  const stored = before === undefined || after === undefined ? acked : after - before
  if (acked !== sent || delivered !== acked * count || stored !== acked)
    throw new Error(`${name} lost messages: ${JSON.stringify({ ...total, stored, refusal })}`)
  const cpuMicros = (cores.server / perSecond) * 1e6
  const says = `${perSecond.toFixed(0)} deliveries/s, ${cpuMicros.toFixed(2)} µs of server each`
  const figures = {
    perSecond,
    messagesPerSecond: perSecond / count,
    cpuMicros,
    p50Ms,
    p99Ms,
    ...loadOf(cores),
  }
  return { figures, says }
}

export const showFanout = (results: CrowdResults): string =>
  [...results]
    .map(([name, rounds]) => {
      const columns = [
        middle<CrowdFigures>('deliveries/s', 'perSecond', 0),
        range<CrowdFigures>('perSecond'),
        ratio(rounds, 'reference', 'perSecond'),
        ratio(rounds, 'ws', 'perSecond'),
        middle<CrowdFigures>('messages/s', 'messagesPerSecond', 0),
        middle<CrowdFigures>('CPU µs/delivery', 'cpuMicros', 2),
        middle<CrowdFigures>('p50 ms', 'p50Ms', 1),
        middle<CrowdFigures>('p99 ms', 'p99Ms', 1),
        ...load<CrowdFigures>(),
      ]
      return `### ${name}\n\n${table(rounds, columns)}`
    })
    .join('\n\n')
