/** One round of one-to-one messages against one contender. */
import type { Contender } from './contenders'
import { loadOf, type Effort, type Load } from './round'
import type { TalkPlan } from './talk'

export interface TalkFigures extends Load {
  perSecond: number
  cpuMicros: number
  p50Ms: number
  p99Ms: number
  refused: number
}
export interface Shape extends Pick<TalkPlan, 'inFlight' | 'ratePerSecond' | 'perLine'> {
  connections: number
}

/** Throws Error unless each acked message was delivered once and is stored. */
export async function talkRound(
  contender: Contender,
  { connections, ...how }: Shape,
  { warmUpMs, measureMs, generator }: Pick<Effort, 'warmUpMs' | 'measureMs' | 'generator'>,
): Promise<{ figures: TalkFigures; says: string; acked: number }> {
  const { name, dialect, server } = contender
  const pairs = await contender.pairs(Math.ceil(connections / 2))
  const plan = { kind: 'talk', dialect, url: server.url, pairs, pids: contender.pids(), ...how } as const
  const before = await contender.stored()
  const { total, refusal, perSecond, cores, p50Ms, p99Ms } = await generator.run({
    ...plan,
    warmUpMs,
    measureMs,
  })
  const after = await contender.stored()
  const { sent, acked, refused, delivered } = total
  const stored = before === undefined || after === undefined ? acked : after - before
  if (acked + refused !== sent || delivered !== acked || stored !== acked)
    throw new Error(`${name} lost messages: ${JSON.stringify({ ...total, stored, refusal })}`)
  const cpuMicros = (cores.server / perSecond) * 1e6
  return {
    acked,
    figures: { perSecond, cpuMicros, p50Ms, p99Ms, refused, ...loadOf(cores) },
    says: `${perSecond.toFixed(0)} messages/s, ${cpuMicros.toFixed(0)} µs of server each, p99 ${p99Ms.toFixed(1)} ms`,
  }
}
