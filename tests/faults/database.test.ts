/** A database that dies under load, and connections cut between COMMIT and its reply: nothing acked is lost or doubled. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { post } from '../helpers/wire-client'
import { nothingBroken } from '../history'
import { launchServer, type LaunchedServer } from '../server/launch'
import type { Instance } from './child'
import { isReady, Load, waitFor } from './load'
import { startMariadb } from './mariadb-instance'
import { startProxy, type Judge } from './proxy'

const long = process.env.TOKENIM_FAULTS === 'long'
const kills = long ? 20 : 3
const cuts = long ? 500 : 50
const acksPerKill = 200
/** In the slow tier one outage is longer than a node's lease: that has to come back by itself, too. */
const outageMs = (kill: number) => (long && kill === 0 ? 40_000 : 1_000)
const backWithinMs = 10_000

let database: Instance
beforeAll(async () => {
  database = await startMariadb()
})
afterAll(() => database.stop())

const launch = (port: number): Promise<LaunchedServer> =>
  launchServer(undefined, {
    env: { DATABASE_URL: database.url.replace(`:${database.port}`, `:${port}`), RATE_LIMIT_FACTOR: '100000' },
  })

it(
  `[F4] [S4] [S2] [D7] loses, doubles and reorders nothing when MariaDB is killed ${kills} times`,
  {
    timeout: 120_000 + kills * 20_000,
  },
  async () => {
    const server = await launch(database.port)
    const url = () => server.url
    let load: Load | undefined
    try {
      load = await Load.start({ urls: [url, url], pairs: 4, inFlight: 16, name: 'killed' })
      const back: number[] = []
      for (let kill = 0; kill < kills; kill++) {
        const { acks, refused } = load
        await waitFor('acks', 60_000, () => load!.acks >= acks + acksPerKill)
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 300))
        await database.kill9()
        await waitFor('refusals', 10_000, () => load!.refused > refused)
        await expectAway(server, load)
        await new Promise((resolve) => setTimeout(resolve, outageMs(kill)))
        await database.restart()
        back.push(await load.nextAckMs())
        await waitFor('readiness', backWithinMs, () => isReady(server.url))
      }
      const verdict = await load.finish()
      console.log(
        `MariaDB killed ${kills} times: ${verdict.acked} acked messages, refusals ${JSON.stringify(load.refusals)}, ` +
          `first ack ${back.map((ms) => Math.round(ms)).join(', ')} ms after its return, ${JSON.stringify(verdict.broken)}`,
      )
      expect(verdict).toMatchObject({ broken: nothingBroken, examples: [] })
      expect(Object.keys(load.refusals)).toEqual(['unavailable'])
      expect(Math.max(...back)).toBeLessThan(backWithinMs)
      expect(verdict.acked).toBeGreaterThanOrEqual(kills * acksPerKill)
    } finally {
      await load?.end()
      await server.stop()
    }
  },
)

/** While it is away a server says so: not ready, and reads and sign-ins are to be tried again. */
async function expectAway(server: LaunchedServer, load: Load): Promise<void> {
  const [pair] = load.pairs
  expect(await isReady(server.url)).toBe(false)
  expect(await post(server.url, 'sync.heads', {}, pair?.a.token)).toEqual({
    ok: false,
    error: { code: 'unavailable' },
  })
}

it(
  `[F4] [F6] [S4] ${cuts} connections cut before their COMMIT arrives, ${cuts} before its reply does: all of it once`,
  { timeout: 60_000 + cuts * 2_000 },
  async () => {
    const cutter = commitCutter()
    const proxy = await startProxy({ port: database.port, judge: cutter.judge })
    const server = await launch(proxy.port)
    const url = () => server.url
    let load: Load | undefined
    try {
      load = await Load.start({ urls: [url, url], pairs: 4, inFlight: 8, name: 'cut' })
      cutter.on = true
      await waitFor('cuts', 60_000 + cuts * 1_000, () => Math.min(cutter.before, cutter.after) >= cuts)
      cutter.on = false
      const verdict = await load.finish()
      console.log(
        `of ${cutter.commits} commits ${cutter.before} were cut before they arrived, ${cutter.after} before their reply: ` +
          `${verdict.acked} acked messages, refusals ${JSON.stringify(load.refusals)}, ${JSON.stringify(verdict.broken)}`,
      )
      // Every friendship begins with a tip.
      const logged = verdict.acked + load.pairs.length
      expect(verdict).toMatchObject({ broken: nothingBroken, examples: [], logged })
      expect(Object.keys(load.refusals)).toEqual(['unavailable'])
      expect(load.refused).toBeGreaterThanOrEqual(2 * cuts)
    } finally {
      await load?.end()
      await server.stop()
      await proxy.close()
    }
  },
)

/**
 * Cuts connections at the COMMIT of a write, one in four: in turns before it reaches MariaDB, so that it never happened, and
 * when the reply comes, so that it is durable and nobody hears of it.
 */
function commitCutter() {
  const cutter = { on: false, commits: 0, before: 0, after: 0, judge: judgeOf }
  function judgeOf(): Judge {
    let [reads, awaitsReply] = [false, false]
    return (side, chunk) => {
      if (side === 'client') {
        reads ||= chunk.includes('READ ONLY')
        awaitsReply = false
        if (reads || !cutter.on || !chunk.includes('COMMIT')) return 'pass'
        const turn = ++cutter.commits % 8
        awaitsReply = turn === 4
        if (turn > 0) return 'pass'
        cutter.before++
        return 'cut'
      }
      if (!awaitsReply) return 'pass'
      cutter.after++
      return 'cut'
    }
  }
  return cutter
}
