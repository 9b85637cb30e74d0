/** Three times what a server can take: it goes on, refuses the rest, loses nothing, and recovers. */
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSqlite } from '../../server/db/sqlite'
import { buildServer, type BuiltServer } from './built-server'
import { launchCrowd, type Crowd } from './crowd'
import { sleep } from './measure'
import type { Offer, Offered } from './offer'
import { startChild } from './start-child'

const pairs = 100
const inFlight = 4
const times = 3
/** Generator and server share two cores, which three times the peak fills: more was measured, not each time (docs/performance.md). */
const goodputMin = 0.6
/** 99 of 100. */
const refusedWithinMs = 500
const recoveredWithinMs = 10_000
const roundsMax = 3
/** When others take more of the machine than this, the server has not what its peak was measured with. */
const foreignCoresMax = 0.15

let built: BuiltServer
let crowd: Crowd
const acked: Offered['acked'] = []

beforeAll(async () => {
  built = await buildServer()
  crowd = await launchCrowd({
    entry: built.entry,
    people: 2 * pairs,
    talks: Array.from({ length: pairs }, (_, n) => [2 * n, 2 * n + 1]),
  })
})
afterAll(async () => {
  await crowd.server.stop()
  built.remove()
})

async function offer(how: Partial<Offer>, speakers = 2 * pairs): Promise<Offered> {
  const plan: Offer = {
    url: crowd.server.url,
    pid: crowd.server.pid,
    speakers: crowd.people
      .slice(0, speakers)
      .map(({ token }, n) => ({ token, conversationId: crowd.talks[n >> 1] ?? 0 })),
    ...{ warmUpMs: 500, measureMs: 2_500, ...how },
  }
  const offered = await startChild<Offered>('offer-process.ts', plan)
  acked.push(...offered.acked)
  return offered
}
/** A few messages, far below what the server can take. */
const quiet = (measureMs: number) => offer({ ratePerSecond: 50, warmUpMs: 0, measureMs }, 10)

/** Milliseconds until messages take no longer than before, give or take the machine; Infinity: not within ten seconds. */
async function recovery(usualMs: number): Promise<number> {
  const began = performance.now()
  while (performance.now() - began < recoveredWithinMs) {
    const { ackMs, unanswered } = await quiet(300)
    if (unanswered === 0 && ackMs.p50 <= Math.max(4 * usualMs, 20)) return performance.now() - began
    await sleep(100)
  }
  return Infinity
}

const shown = ({ sentPerSecond, ackedPerSecond, ackMs, refusalMs, refused, cores }: Offered): string =>
  `${sentPerSecond.toFixed(0)}/s offered, ${ackedPerSecond.toFixed(0)}/s acked (p50 ${ackMs.p50.toFixed(0)}, p99 ` +
  `${ackMs.p99.toFixed(0)} ms), refused ${JSON.stringify(refused)} (p50 ${refusalMs.p50.toFixed(1)}, p99 ` +
  `${refusalMs.p99.toFixed(1)} ms), cores ${cores.server.toFixed(2)} server ${cores.generator.toFixed(2)} generator ` +
  `${cores.machine.toFixed(2)} machine`

const foreign = ({ cores }: Offered): number => cores.machine - cores.server - cores.generator

/** Acked messages that the database does not hold with that seq. */
async function lost(): Promise<number> {
  await crowd.server.terminate()
  const db = await openSqlite({ file: path.join(crowd.server.dataDir, 'tokenim.db') })
  const rows = await db.read(async (c) =>
    c.all<{ conversation_id: number; seq: number; client_id: string }>(
      'SELECT conversation_id, seq, client_id FROM messages',
    ),
  )
  await db.close()
  const kept = new Set(rows.map((row) => `${row.conversation_id} ${row.seq} ${row.client_id}`))
  return acked.filter((message) => !kept.has(message.join(' '))).length
}

describe('overload', () => {
  it(`[L5] at ${times} times its peak it keeps ${goodputMin} of it, refuses the rest within ${refusedWithinMs} ms, recovers, loses nothing`, async () => {
    const seen: string[] = []
    let fits = false
    for (let round = 1; round <= roundsMax && !fits; round++) {
      const usual = await quiet(500)
      const peak = await offer({ inFlight })
      const over = await offer({ ratePerSecond: times * peak.ackedPerSecond, measureMs: 4_000 })
      const recoveredMs = await recovery(usual.ackMs.p50)
      const goodput = over.ackedPerSecond / peak.ackedPerSecond
      const others = Math.max(foreign(peak), foreign(over))
      seen.push(
        `round ${round}: usual p50 ${usual.ackMs.p50.toFixed(1)} ms; peak ${shown(peak)}; overload ${shown(over)}; goodput ` +
          `${goodput.toFixed(2)} of the peak; usual again after ${recoveredMs.toFixed(0)} ms; ${others.toFixed(2)} cores of others`,
      )
      expect([peak.unanswered, over.unanswered]).toEqual([0, 0])
      expect(recoveredMs).toBeLessThanOrEqual(recoveredWithinMs)
      expect(over.refused.overloaded).toBeGreaterThan(0)
      const keeps = goodput >= goodputMin && over.refusalMs.p99 <= refusedWithinMs
      fits = keeps || (round === roundsMax && others > foreignCoresMax)
    }
    console.log(`overload: ${seen.join('\n')}`)
    const missing = await lost()
    console.log(`overload: ${acked.length} acked messages, ${missing} lost`)
    expect(missing).toBe(0)
    expect(fits, seen.join('\n')).toBe(true)
  })
})
