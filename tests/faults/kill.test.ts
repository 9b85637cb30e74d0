/** Kill −9 of the real server process under load, on each database: what was acked is there, once and in order. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { History, nothingBroken, type Verdict } from '../history'
import { launchServer, serverBackends, type LaunchedServer, type ServerBackend } from '../server/launch'
import { buildServer, type BuiltServer } from './built-server'
import { figures } from './figures'
import { startTalks, type Talks } from './talks'

const long = process.env.TOKENIM_FAULTS === 'long'
const plans = {
  sqlite: { kills: long ? 200 : 30, acksPerKill: 700, recoveredWithinMs: 20_000 },
  mysql: { kills: long ? 200 : 5, acksPerKill: 200, recoveredWithinMs: 30_000 },
}
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const env = { RATE_LIMIT_FACTOR: '100000' }

let built: BuiltServer
beforeAll(async () => {
  built = await buildServer()
})
afterAll(() => built.remove())

/** Kills and starts again, at a random moment of the load; gives the times from each start to the first ack. */
async function killUnderLoad(
  server: LaunchedServer,
  history: History,
  talks: Talks,
  { kills, acksPerKill }: (typeof plans)['sqlite'],
): Promise<number[]> {
  const recoveries: number[] = []
  for (let kill = 0; kill < kills; kill++) {
    const goal = history.acks + acksPerKill
    while (history.acks < goal) await pause(5)
    await pause(50 + Math.random() * 250)
    await server.kill9()
    const killedAt = performance.now()
    const firstAck = history.nextAck()
    await server.restart()
    talks.wake()
    recoveries.push((await firstAck) - killedAt)
  }
  return recoveries
}

async function surviveKills(backend: ServerBackend, plan: (typeof plans)['sqlite']): Promise<Verdict> {
  const history = new History()
  const server = await launchServer(backend, { entry: built.entry, env })
  const talks = await startTalks({ url: () => server.url, history, pairs: 4, inFlight: 16, name: 'kill' })
  try {
    const recoveries = await killUnderLoad(server, history, talks, plan)
    const verdict = await talks.finish()
    console.log(
      `kill -9 on ${backend.name}: ${plan.kills} kills, ${verdict.acked} acked, ${verdict.screens} screens,`,
      `kill to first ack ${figures(recoveries)}, ${JSON.stringify(verdict.broken)}`,
    )
    expect(Math.max(...recoveries)).toBeLessThan(plan.recoveredWithinMs)
    return verdict
  } finally {
    await talks.abandon()
    await server.stop()
    history.remove()
  }
}

describe.each(serverBackends())('kill -9 under load on $name', (backend) => {
  const plan = plans[backend.name === 'mysql' ? 'mysql' : 'sqlite']
  it(
    `[D10] [F4] [S4] [S2] loses, doubles and reorders nothing that was acked in ${plan.kills} kills`,
    { timeout: 120_000 + plan.kills * 30_000 },
    async () => {
      const verdict = await surviveKills(backend, plan)
      expect(verdict).toMatchObject({ broken: nothingBroken, examples: [] })
      expect(verdict.acked).toBeGreaterThanOrEqual(plan.kills * plan.acksPerKill)
      if (backend.name === 'sqlite') expect(verdict.acked).toBeGreaterThanOrEqual(20_000)
    },
  )
})
