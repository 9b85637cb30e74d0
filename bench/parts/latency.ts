/** From the write of a message to its arrival, at given rates. */
import type { Contender } from '../contenders'
import { alternate, type Effort } from '../round'
import { isQuiet, median, shown, table, type Column } from '../table'
import { talkRound, type TalkFigures } from '../talk-round'
import { messages, talkColumns, type NamedShape, type TalkResults } from './messages'

const ratesPerSecond = [500, 2_000]
const half = 'half of its own peak'
const yardstick = 'reference'

/**
 * By rate and contender; the yardstick also at half of `peak`, its messages per second in a closed loop, which is measured
 * first when it is not given.
 */
export async function latency(
  started: readonly Contender[],
  effort: Effort,
  peak?: number,
  { connections, rates } = { connections: 200, rates: ratesPerSecond },
): Promise<TalkResults> {
  const results: TalkResults = new Map()
  const run = async (name: string, list: readonly Contender[], ratePerSecond: number) => {
    const shape = { connections, inFlight: 1, ratePerSecond }
    const round = (contender: Contender) => talkRound(contender, shape, effort)
    results.set(name, await alternate(name, list, effort, round))
  }
  for (const rate of rates) await run(`${rate} messages/s`, started, rate)
  const alone = started.filter(({ name }) => name === yardstick)
  if (alone.length > 0) {
    const rate = Math.floor((peak ?? (await peakOf(alone, effort, connections))) / 2)
    await run(`${half} (${yardstick}): ${rate} messages/s`, alone, rate)
  }
  return results
}

async function peakOf(alone: readonly Contender[], effort: Effort, connections: number): Promise<number> {
  const shape: NamedShape = { name: `peak of ${yardstick}`, connections, inFlight: 1 }
  const [rounds] = (await messages(alone, { ...effort, rounds: 1 }, [shape])).values()
  return peakIn(rounds) ?? NaN
}

/** What the yardstick can do, by the median of its rounds; undefined when there were none. */
export function peakIn(rounds: ReadonlyMap<string, readonly TalkFigures[]> | undefined): number | undefined {
  const list = rounds?.get(yardstick)
  return list && median(list.map(({ perSecond }) => perSecond))
}

const quietP99: Column<TalkFigures> = {
  head: 'p99 ms of quiet rounds',
  cell: (list) => shown(median(list.filter(isQuiet).map(({ p99Ms }) => p99Ms)), 2),
}

export const showLatency = (results: TalkResults): string =>
  [...results]
    .map(([name, rounds]) => {
      const columns = talkColumns(rounds).filter(({ head }) => !head.startsWith('×'))
      const at = columns.findIndex(({ head }) => head === 'p99 ms') + 1
      return `### ${name}\n\n${table(rounds, [...columns.slice(0, at), quietP99, ...columns.slice(at)])}`
    })
    .join('\n\n')
