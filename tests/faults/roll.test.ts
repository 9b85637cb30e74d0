/** Rolling restarts under load with real processes: nobody loses a message, and phones are sent home spread over time. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { closeCodes, type Down } from '../../protocol/wire'
import { register, WireClient } from '../helpers/wire-client'
import { History, nothingBroken } from '../history'
import { launchServer, serverBackends, type LaunchedServer } from '../server/launch'
import { buildServer, type BuiltServer } from './built-server'
import { figures } from './figures'
import { waitFor } from './load'
import { startTalks } from './talks'

const long = process.env.TOKENIM_FAULTS === 'long'
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const idlers = 40
const acksPerRoll = 300
/** A balancer that asks /readyz every second. */
const noticedAfterMs = 1_000

let built: BuiltServer
beforeAll(async () => {
  built = await buildServer()
})
afterAll(() => built.remove())

interface Node {
  server: LaunchedServer
  /** The balancer sends calls there. */
  up: boolean
}
/** When each idle phone was told to go, from the signal on; and when it was asked to be back, from the first of these on. */
interface Roll {
  tookMs: number
  byesMs: number[]
  returnsMs: number[]
}

/** The next node that is up, as a balancer picks it. */
function balancer(nodes: readonly Node[]): () => string {
  let turn = 0
  return () => {
    const up = nodes.filter((node) => node.up)
    const picked = up[turn++ % up.length] ?? nodes[0]
    return picked?.server.url ?? ''
  }
}

async function rollOne(node: Node, tokens: readonly string[]): Promise<Roll> {
  const { server } = node
  const phones = await Promise.all(
    Array.from({ length: idlers }, (_, n) => WireClient.connect(server.url, tokens[n % tokens.length]!)),
  )
  const start = performance.now()
  const since = () => performance.now() - start
  const roll: Roll = { tookMs: 0, byesMs: [], returnsMs: [] }
  for (const phone of phones)
    phone.onFrame((frame: Down) => {
      if (frame.t !== 'bye') return
      const at = since()
      roll.byesMs.push(at)
      roll.returnsMs.push(at - (roll.byesMs[0] ?? 0) + frame.afterMs)
    })
  const ended = server.terminate()
  const ready = () =>
    fetch(`${server.url}/readyz`).then(
      ({ status }) => status,
      () => 'gone',
    )
  await waitFor('not to be ready', 5_000, async () => (await ready()) !== 200)
  expect([503, 'gone']).toContain(await ready())
  setTimeout(() => (node.up = false), noticedAfterMs)
  expect(await ended).toBe(0)
  roll.tookMs = since()
  node.up = false
  expect(await Promise.all(phones.map(({ closed }) => closed))).toEqual(
    Array(idlers).fill(closeCodes.draining),
  )
  await server.restart()
  for (let ok = false; !ok; await pause(50)) ok = (await fetch(`${server.url}/readyz`)).ok
  node.up = true
  return roll
}

const plans = { sqlite: { nodes: 1, rolls: long ? 20 : 4 }, mysql: { nodes: 2, rolls: long ? 20 : 2 } }

describe.each(serverBackends())('rolling restart under load on $name', (backend) => {
  const plan = plans[backend.name === 'mysql' ? 'mysql' : 'sqlite']
  it(
    `[F11] [W8] [W12] ${plan.rolls} restarts lose nothing, exit 0 within 10 s, and spread the phones`,
    { timeout: 60_000 + plan.rolls * 30_000 },
    async () => {
      const { env, drop } = await backend.fresh()
      const settings = {
        ...env,
        JWT_SECRET: 'one secret of all: 0123456789 abcdef',
        RATE_LIMIT_FACTOR: '100000',
      }
      const nodes: Node[] = []
      const history = new History()
      try {
        for (let n = 0; n < plan.nodes; n++)
          nodes.push({
            server: await launchServer(undefined, { entry: built.entry, env: settings }),
            up: true,
          })
        const url = balancer(nodes)
        const accounts = Array.from({ length: 4 }, (_, n) => register(url(), `roll_idler${n}`))
        const tokens = (await Promise.all(accounts)).map(({ token }) => token)
        const talks = await startTalks({ url, history, pairs: 3, inFlight: 8, name: 'roll' })
        const rolls: Roll[] = []
        try {
          for (let n = 0; n < plan.rolls; n++) {
            const goal = history.acks + acksPerRoll
            while (history.acks < goal) await pause(10)
            rolls.push(await rollOne(nodes[n % nodes.length]!, tokens))
          }
          const verdict = await talks.finish()
          const took = rolls.map(({ tookMs }) => tookMs)
          const returns = rolls.flatMap(({ returnsMs }) => returnsMs)
          console.log(
            `rolling restart on ${backend.name}: ${plan.rolls} restarts of ${plan.nodes} nodes, ${verdict.acked} acked,`,
            `signal to exit ${figures(took)}, signal to bye ${figures(rolls.flatMap(({ byesMs }) => byesMs))},`,
            `first bye to return ${figures(returns)}, ${JSON.stringify(verdict.broken)}`,
          )
          expect(verdict).toMatchObject({ broken: nothingBroken, examples: [] })
          expect(verdict.acked).toBeGreaterThanOrEqual(plan.rolls * acksPerRoll)
          expect(Math.max(...took)).toBeLessThan(10_000)
          for (const { returnsMs } of rolls) expectSpread(returnsMs, plan.nodes > 1)
        } finally {
          await talks.abandon()
        }
      } finally {
        for (const { server } of nodes) await server.stop()
        await drop()
        history.remove()
      }
    },
  )
})

/** Over 2 s on a node that is alone, over 8 s where others live; bounds leave a second for a busy machine. */
function expectSpread(returnsMs: readonly number[], several: boolean): void {
  expect(returnsMs).toHaveLength(idlers)
  expect(Math.max(...returnsMs)).toBeLessThan(several ? 9_000 : 3_500)
  const early = returnsMs.filter((ms) => ms < (several ? 4_000 : 1_000)).length
  expect(early).toBeGreaterThan(idlers / 10)
  expect(early).toBeLessThan((idlers * 9) / 10)
}
