/** The server is killed under 5,000 phones; all come back at once, as phones do and as bad clients do. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cpuSeconds, machineSeconds } from '../../bench/cpu'
import { launchCrowd, type Crowd } from './crowd'
import type { Returned } from './herd'
import { quantile, rssMiB, shareLeft, sleep } from './measure'
import { startChild } from './start-child'

const phones = 5_000
const syncedWithinMs = 60_000
const admittedPerSecondMin = 300
const rssMaxMiB = 600
const probeEveryMs = 50

let crowd: Crowd
beforeAll(async () => {
  const talks = Array.from({ length: phones }, (_, n) => [n, (n + 1) % phones])
  crowd = await launchCrowd({ people: phones, talks })
})
afterAll(() => crowd.server.stop())

/** How long /healthz takes, again and again: the event loop's delay as others feel it. And the most memory. */
function watch() {
  const delays: number[] = []
  let peakMiB = 0
  const stop = new AbortController()
  const done = (async () => {
    while (!stop.signal.aborted) {
      const began = performance.now()
      const fine = await fetch(`${crowd.server.url}/healthz`).then(
        (response) => response.ok,
        () => false,
      )
      if (fine) delays.push(performance.now() - began)
      peakMiB = Math.max(peakMiB, rssMiB(crowd.server.pid))
      await sleep(probeEveryMs)
    }
  })()
  return async () => {
    stop.abort()
    await done
    return { delayMs: { p50: quantile(delays, 0.5), p99: quantile(delays, 0.99) }, peakMiB }
  }
}

/** Times and rates are those of the part of the machine that others left. */
async function storm(jitter: boolean) {
  let connected: () => void = () => undefined
  const allThere = new Promise<void>((resolve) => (connected = resolve))
  const herd = { url: crowd.server.url, people: crowd.people, jitter }
  const returning = startChild<Returned>('herd-process.ts', herd, () => connected())
  await Promise.race([allThere, returning])
  const before = { at: performance.now(), machine: machineSeconds() }
  await crowd.server.kill9()
  await crowd.server.restart()
  const end = watch()
  const returned = await returning
  const seconds = (performance.now() - before.at) / 1000
  const ours = cpuSeconds(crowd.server.pid) + returned.cpuSeconds
  const foreign = (machineSeconds() - before.machine - ours) / seconds
  const share = shareLeft(foreign)
  const { delayMs, peakMiB } = await end()
  const { syncedMs, perSecond, failed } = returned
  console.log(
    `storm of ${phones} ${jitter ? 'with' : 'without'} jitter: in sync p50 ${syncedMs.p50.toFixed(0)}, p99 ` +
      `${syncedMs.p99.toFixed(0)}, max ${syncedMs.max.toFixed(0)} ms after the kill; ${perSecond.toFixed(0)} a second; ` +
      `${failed} failed attempts; /healthz p50 ${delayMs.p50.toFixed(0)}, p99 ${delayMs.p99.toFixed(0)} ms; ` +
      `RSS at most ${peakMiB.toFixed(0)} MiB; with ${share.toFixed(2)} of the machine`,
  )
  return { maxMs: syncedMs.max * share, perSecond: perSecond / share, peakMiB }
}

describe('reconnect storm', { timeout: 300_000 }, () => {
  it(`[L6] ${phones} phones are back in sync ${syncedWithinMs} ms after a kill`, async () => {
    const { maxMs, peakMiB } = await storm(true)
    expect(maxMs).toBeLessThanOrEqual(syncedWithinMs)
    expect(peakMiB).toBeLessThanOrEqual(rssMaxMiB)
  })

  it(`[L6] also without jitter: ${admittedPerSecondMin} a second are admitted, and memory is bounded`, async () => {
    const { perSecond, maxMs, peakMiB } = await storm(false)
    expect(perSecond).toBeGreaterThanOrEqual(admittedPerSecondMin)
    expect(maxMs).toBeLessThanOrEqual(syncedWithinMs)
    expect(peakMiB).toBeLessThanOrEqual(rssMaxMiB)
  })
})
