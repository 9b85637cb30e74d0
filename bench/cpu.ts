/** CPU time, in ticks of 1/100 s, and memory from /proc (Linux). */
import { readFileSync } from 'node:fs'

const ticksPerSecond = 100

/** User and system seconds of a process so far. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** Busy seconds of the whole machine so far, over all cores; what its host gave to other machines is busy as well. */
export function machineSeconds(): number {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n')
  const [, user, nice, system, , , irq, softIrq, steal] = line.split(/\s+/)
  const busy = [user, nice, system, irq, softIrq, steal]
  return busy.reduce((sum, ticks) => sum + Number(ticks), 0) / ticksPerSecond
}

/** Resident memory of a process. */
export function residentBytes(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  return Number(/^Rss:\s+(\d+) kB$/m.exec(rollup)?.[1]) * 1024
}

/** Waits until the machine did nearly nothing for a second, at most so long. Other people's work would be measured. */
export async function quiet(waitMs: number): Promise<void> {
  const idleCores = 0.1
  for (const until = performance.now() + waitMs; performance.now() < until;) {
    const before = machineSeconds()
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    if (machineSeconds() - before < idleCores) return
  }
}
