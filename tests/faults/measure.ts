/** Small measures for tests that load the machine. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { cpus } from 'node:os'

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** Waits for a condition; throws Error with `what` when it does not come within `ms`. */
export async function until(condition: () => boolean, ms: number, what: string): Promise<void> {
  for (const end = performance.now() + ms; !condition();) {
    if (performance.now() > end) throw new Error(`not within ${ms} ms: ${what}`)
    await sleep(10)
  }
}

/** The value below which the share `q` of all lies; NaN without values. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? NaN
}

/**
 * Share of the machine that others left while they took so many cores, the idle part too. Where what is measured would use
 * all of the machine, a time by it, and a rate over it, are what they would be without the others.
 */
export const shareLeft = (foreignCores: number): number => 1 - foreignCores / cpus().length

/** One round of the same measure without and with what may slow it down, in ms. */
export interface Pair {
  alone: number
  together: number
}
/**
 * Others on the machine only ever add to what is measured. So the best round of each kind is compared: `together` may take so
 * many times as long, or so much longer; and as far as the rounds alone differ among themselves, the cause is another one.
 */
export function isNoSlower(rounds: readonly Pair[], times: number, noiseMs: number): boolean {
  const alone = rounds.map((round) => round.alone)
  const [best, worst] = [Math.min(...alone), Math.max(...alone)]
  const together = Math.min(...rounds.map((round) => round.together))
  return together <= Math.max(best * times, best + noiseMs, worst)
}

/** Resident memory of a process (Linux). */
export function rssMiB(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kib) / 1024
}

/** Sockets that a process has open, listening ones too (Linux). */
export const socketsOf = (pid: number): number =>
  readdirSync(`/proc/${pid}/fd`).filter((fd) => linkOf(`/proc/${pid}/fd/${fd}`).startsWith('socket:')).length

/** Empty when it was closed meanwhile. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
