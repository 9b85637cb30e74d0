/** Many phones in one process: all come, and when they lose their server all come back. Runs in herd-process.ts. */
import { limits } from '../../protocol/limits'
import type { Person } from './crowd'
import { quantile, sleep } from './measure'
import { WirePhone } from './wire-phone'

export interface Herd {
  url: string
  people: readonly Person[]
  /** How they come back: as phones do (W11), or all at once and every second again. */
  jitter: boolean
}
export interface Returned {
  /** From the loss of the server to being in sync again, in ms. */
  syncedMs: { p50: number; p99: number; max: number }
  /** From the first phone that is in sync again to the last one, phones a second. */
  perSecond: number
  /** Sockets that were asked for, and did not lead to a welcome. */
  failed: number
  /** CPU seconds of this process meanwhile. */
  cpuSeconds: number
}

/** One loopback address has so many phones. */
const perAddress = 100
/** How many come at the same time, before the storm. */
const atOnce = 100

/** `connected` is told when all are in sync for the first time. Resolves when all are back. */
export async function runHerd({ url, people, jitter }: Herd, connected: () => void): Promise<Returned> {
  const phones = people.map((person, n) => {
    const localAddress = `127.0.0.${2 + Math.floor(n / perAddress)}`
    return new WirePhone(url, person, { localAddress })
  })
  for (let from = 0; from < phones.length; from += atOnce)
    await Promise.all(phones.slice(from, from + atOnce).map((phone) => phone.connect()))
  const lost = phones.map((phone) => phone.ended())
  connected()
  const used = process.cpuUsage()
  let lostAt = 0
  let failed = 0
  const backAt = await Promise.all(
    phones.map(async (phone, n) => {
      await lost[n]
      lostAt ||= performance.now()
      // What it held of one conversation is gone, so that every phone has something to pull.
      const [, last] = [...phone.streams.keys()]
      if (last !== undefined) phone.streams.delete(last)
      const tries = await comeBack(phone, jitter)
      failed += tries
      return performance.now()
    }),
  )
  const { user, system } = process.cpuUsage(used)
  for (const phone of phones) phone.close()
  const took = backAt.map((at) => at - lostAt)
  const first = Math.min(...backAt)
  const last = Math.max(...backAt)
  return {
    syncedMs: { p50: quantile(took, 0.5), p99: quantile(took, 0.99), max: last - lostAt },
    perSecond: (phones.length * 1000) / (last - first),
    failed,
    cpuSeconds: (user + system) / 1e6,
  }
}

/** Tries until it is in sync. Gives how often it failed. */
async function comeBack(phone: WirePhone, jitter: boolean): Promise<number> {
  for (let tries = 0; ; tries++) {
    const step = limits.reconnectMs[Math.min(tries, limits.reconnectMs.length - 1)] ?? 0
    await sleep(jitter ? step * Math.random() : 1_000)
    try {
      await phone.connect()
      return tries
    } catch {
      phone.close()
    }
  }
}
