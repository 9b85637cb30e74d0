/** What is read at both ends of a measured window. */
import { cpuSeconds, machineSeconds } from './cpu'

export interface Sample {
  at: number
  /** What was done by then. */
  count: number
  server: number
  load: number
  machine: number
}
/** CPU seconds per second of the server, of this process, and of everything that ran, ours or not. */
export interface Cores {
  server: number
  load: number
  machine: number
}
export interface Span {
  seconds: number
  perSecond: number
  cores: Cores
}

/** `pids`: the server's processes. */
export function sampleOf(pids: readonly number[], count: number): Sample {
  const { user, system } = process.cpuUsage()
  const server = pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0)
  return { at: performance.now(), count, server, load: (user + system) / 1e6, machine: machineSeconds() }
}

export function spanOf(before: Sample, after: Sample): Span {
  const seconds = (after.at - before.at) / 1000
  const rate = (key: keyof Sample) => (after[key] - before[key]) / seconds
  const cores = { server: rate('server'), load: rate('load'), machine: rate('machine') }
  return { seconds, perSecond: rate('count'), cores }
}

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** The value below which this share of the list lies; NaN of an empty list. */
export function quantile(list: readonly number[], share: number): number {
  const sorted = Float64Array.from(list).sort()
  return sorted[Math.floor(sorted.length * share)] ?? NaN
}

/**
 * Waits until `isDone`. A backlog takes its time: only when `heard` has not moved for some seconds is what is missing
 * taken for lost.
 */
export async function drain(isDone: () => boolean, heard: () => number): Promise<void> {
  const silentMs = 5_000
  for (let until = performance.now() + silentMs; !isDone() && performance.now() < until;) {
    const before = heard()
    await sleep(10)
    if (heard() > before) until = performance.now() + silentMs
  }
}
