import type { Contender } from './contenders'
import { startLoad } from './start-load'

export interface Shape {
  name: string
  inFlight: number
  /** Absent: closed loop. */
  ratePerSecond?: number
}
/** Figures of one round, or their medians. Cores are CPU seconds per second of the measured window. */
export interface Figures {
  perSecond: number
  cpuMicros: number
  p50Ms: number
  p99Ms: number
  refused: number
  serverCores: number
  loadCores: number
  foreignCores: number
}

/** Some seconds of load. Throws Error unless each acked message was delivered once and is stored. */
export async function runRound(
  contender: Contender,
  shape: Shape,
  { warmUpMs, measureMs }: { warmUpMs: number; measureMs: number },
): Promise<Figures> {
  const { dialect, server, pids } = contender
  const { inFlight, ratePerSecond } = shape
  const pace = ratePerSecond ? { ratePerSecond } : {}
  const pairs = await contender.peers()
  const before = await contender.stored()
  const plan = { dialect, url: server.url, pairs, pids, inFlight, ...pace, warmUpMs, measureMs }
  const { total, ackedPerSecond: perSecond, cores, p50Ms, p99Ms } = await startLoad(plan)
  const stored = (await contender.stored()) - before
  const { sent, acked, refused, delivered } = total
  if (acked + refused !== sent || delivered !== acked || stored !== acked)
    throw new Error(`${contender.name} lost messages: ${JSON.stringify({ ...total, stored })}`)
  return {
    ...{ perSecond, p50Ms, p99Ms, refused },
    cpuMicros: (cores.server / perSecond) * 1e6,
    serverCores: cores.server,
    loadCores: cores.load,
    foreignCores: Math.max(0, cores.machine - cores.server - cores.load),
  }
}
