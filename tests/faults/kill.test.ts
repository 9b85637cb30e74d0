/** Kill −9 of the real server process under load, on each database: what was acked is there, once and in order. */
import { describe, expect, it } from 'vitest'
import { befriend, register, type Registered } from '../helpers/wire-client'
import { checkAll, History, nothingBroken, Sender, type Verdict } from '../history'
import { launchServer, serverBackends, type LaunchedServer } from '../server/launch'

const cycles = process.env.TOKENIM_FAULTS === 'long' ? 200 : 5
const pairs = 4
/** Acked between two kills, at least: the server is killed under load, not while it starts. */
const acksPerCycle = 200

async function makePairs(url: string): Promise<{ a: Registered; b: Registered; conversationId: number }[]> {
  return Promise.all(
    Array.from({ length: pairs }, async (_, n) => {
      const [a, b] = await Promise.all([register(url, `kill-a${n}`), register(url, `kill-b${n}`)])
      return { a, b, conversationId: await befriend(url, a, b) }
    }),
  )
}

async function killUnderLoad(server: LaunchedServer): Promise<Verdict> {
  const history = new History()
  const talks = await makePairs(server.url)
  const senders = talks.flatMap(({ a, b, conversationId }) =>
    [a, b].map((p) => new Sender(() => server.url, p.token, p.userId, conversationId, history, 16)),
  )
  for (const sender of senders) sender.start()
  for (let cycle = 0; cycle < cycles; cycle++) {
    const goal = history.acks + acksPerCycle
    while (history.acks < goal) await new Promise((resolve) => setTimeout(resolve, 5))
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 300))
    await server.kill9()
    await server.restart()
  }
  await new Promise((resolve) => setTimeout(resolve, 300))
  await Promise.all(senders.map((sender) => sender.stop()))
  const checked = talks.map(({ a, conversationId }) => ({ conversationId, token: a.token }))
  return checkAll(history, server.url, checked).finally(() => history.remove())
}

describe.each(serverBackends())('kill -9 under load on $name', (backend) => {
  it(
    `[F4] [S4] [S2] loses, doubles and reorders nothing that was acked in ${cycles} kills`,
    { timeout: 60_000 + cycles * 10_000 },
    async () => {
      const server = await launchServer(backend, { env: { RATE_LIMIT_FACTOR: '100000' } })
      try {
        const verdict = await killUnderLoad(server)
        console.log(
          `kill -9 on ${backend.name}: ${cycles} kills, ${verdict.acked} acked messages, ${JSON.stringify(verdict)}`,
        )
        expect(verdict.acked).toBeGreaterThanOrEqual(cycles * acksPerCycle)
        expect(verdict).toMatchObject({ broken: nothingBroken, examples: [] })
      } finally {
        await server.stop()
      }
    },
  )
})
