/** Durable one-to-one messages per second, closed loop. */
import type { Contender } from '../contenders'
import { alternate, type Effort } from '../round'
import { load, middle, range, ratio, sum, table, type Column } from '../table'
import { talkRound, type Shape, type TalkFigures } from '../talk-round'

export interface NamedShape extends Shape {
  name: string
}
export const messageShapes: readonly NamedShape[] = [
  { name: '200 connections × 1 in flight', connections: 200, inFlight: 1 },
  { name: '1,000 connections × 4 in flight', connections: 1_000, inFlight: 4 },
]
export type TalkResults = Map<string, Map<string, TalkFigures[]>>

/** By shape and contender. */
export async function messages(
  started: readonly Contender[],
  effort: Effort,
  shapes = messageShapes,
): Promise<TalkResults> {
  const results: TalkResults = new Map()
  for (const shape of shapes) {
    const round = (contender: Contender) => talkRound(contender, shape, effort)
    results.set(shape.name, await alternate(shape.name, started, effort, round))
  }
  return results
}

export const talkColumns = (rounds: ReadonlyMap<string, TalkFigures[]>): Column<TalkFigures>[] => [
  middle('messages/s', 'perSecond', 0),
  range('perSecond'),
  ratio(rounds, 'reference', 'perSecond'),
  ratio(rounds, 'ws', 'perSecond'),
  middle('CPU µs/message', 'cpuMicros', 0),
  middle('p50 ms', 'p50Ms', 2),
  middle('p99 ms', 'p99Ms', 2),
  sum('refused', 'refused'),
  ...load<TalkFigures>(),
]

export const showMessages = (results: TalkResults): string =>
  [...results].map(([name, rounds]) => `### ${name}\n\n${table(rounds, talkColumns(rounds))}`).join('\n\n')
