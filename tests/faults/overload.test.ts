/** Three times what a server can take: it goes on, refuses the rest, loses nothing, and recovers. */
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSqlite } from '../../server/db/sqlite'
import { buildServer, type BuiltServer } from './built-server'
import { launchCrowd, type Crowd } from './crowd'
import { quantile, shareLeft, sleep } from './measure'
import type { Offer, Offered } from './offer'
import { startChild } from './start-child'

const pairs = 100
const inFlight = 4
const times = 3
/** Generator and server share two cores, which three times the peak fills: more was measured, not each time (docs/performance.md). */
const goodputMin = 0.6
/**
 * With less than this of the machine queues are longer and more is written at once, so that a message of the peak costs half as
 * much: 0.57 was measured with 0.15 of it. A server that refuses at full price keeps 0.4 at most.
 */
const wholeMin = 0.925
const goodputSharedMin = 0.4
/** 99 of 100, those that come after the offer has ended too: 125 to 1,060 were measured in 18 rounds (docs/performance.md). */
const refusedWithinMs = 1_000
const recoveredWithinMs = 10_000
/** Peak and overload in turn, so that what others do to the machine meets both; the middle one of each figure counts. */
const turns = 3

let built: BuiltServer
let crowd: Crowd
const acked: Offered['acked'][] = []

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
  acked.push(offered.acked)
  return offered
}
/** A few messages, far below what the server can take. */
const quiet = (measureMs: number) => offer({ ratePerSecond: 50, warmUpMs: 0, measureMs }, 10)

/** Milliseconds until messages take no longer than before, give or take the machine; Infinity: not within ten seconds. */
async function recovery(usualMs: number): Promise<number> {
  const began = performance.now()
  while (performance.now() - began < recoveredWithinMs) {
    // A server that is loaded still takes no sockets.
    const offered = await quiet(300).catch(() => undefined)
    if (offered?.unanswered === 0 && offered.ackMs.p50 <= Math.max(4 * usualMs, 20))
      return performance.now() - began
    await sleep(100)
  }
  return Infinity
}

const shown = ({ sentPerSecond, ackedPerSecond, ackMs, refusalMs, refused, cores }: Offered): string =>
  `${sentPerSecond.toFixed(0)}/s offered, ${ackedPerSecond.toFixed(0)}/s acked (p50 ${ackMs.p50.toFixed(0)}, p99 ` +
  `${ackMs.p99.toFixed(0)} ms), refused ${JSON.stringify(refused)} (p50 ${refusalMs.p50.toFixed(1)}, p99 ` +
  `${refusalMs.p99.toFixed(1)} ms), cores ${cores.server.toFixed(2)} server ${cores.generator.toFixed(2)} generator ` +
  `${cores.machine.toFixed(2)} machine`

/** Of the machine, for server and generator together: both offers would keep all of it busy. */
const ours = ({ cores }: Offered): number => shareLeft(cores.machine - cores.server - cores.generator)

interface Turn {
  /** Of the peak, on equal shares of the machine. */
  goodput: number
  /** Of the machine, in the overload. */
  share: number
  refusals: number
  /** 99 of 100 of them, as on the whole machine; 0: there were none. */
  refusedMs: number
}
async function turn(usualMs: number, seen: string[]): Promise<Turn> {
  const peak = await offer({ inFlight })
  const over = await offer({ ratePerSecond: times * peak.ackedPerSecond, measureMs: 4_000 })
  const recoveredMs = await recovery(usualMs)
  const goodput = over.ackedPerSecond / ours(over) / (peak.ackedPerSecond / ours(peak))
  const refusedMs = over.refusalMs.p99 * ours(over) || 0
  seen.push(
    `peak ${shown(peak)}; overload ${shown(over)}; goodput ${goodput.toFixed(2)} of the peak, refusals within ` +
      `${refusedMs.toFixed(0)} ms, with ${ours(peak).toFixed(2)} and ${ours(over).toFixed(2)} of the machine; usual again after ` +
      `${recoveredMs.toFixed(0)} ms`,
  )
  expect([peak.unanswered, over.unanswered], seen.join('\n')).toEqual([0, 0])
  expect(recoveredMs, seen.join('\n')).toBeLessThanOrEqual(recoveredWithinMs)
  return { goodput, share: ours(over), refusals: over.refused.overloaded ?? 0, refusedMs }
}

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
  return acked.flat().filter((message) => !kept.has(message.join(' '))).length
}

describe('overload', () => {
  it(`[L5] at ${times} times its peak it keeps ${goodputMin} of it, refuses the rest within ${refusedWithinMs} ms, recovers, loses nothing`, async () => {
    const usual = await quiet(1_000)
    const seen = [`usual p50 ${usual.ackMs.p50.toFixed(1)} ms`]
    const all: Turn[] = []
    for (let n = 0; n < turns; n++) all.push(await turn(usual.ackMs.p50, seen))
    const missing = await lost()
    console.log(`overload: ${seen.join('\n')}\n${acked.flat().length} acked messages, ${missing} lost`)
    expect(missing).toBe(0)
    const middle = (figure: keyof Turn) =>
      quantile(
        all.map((one) => one[figure]),
        0.5,
      )
    expect(middle('refusals'), seen.join('\n')).toBeGreaterThan(0)
    expect(middle('goodput'), seen.join('\n')).toBeGreaterThanOrEqual(
      middle('share') < wholeMin ? goodputSharedMin : goodputMin,
    )
    expect(middle('refusedMs'), seen.join('\n')).toBeLessThanOrEqual(refusedWithinMs)
  })
})
