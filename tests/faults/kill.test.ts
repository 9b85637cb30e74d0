/** Kill −9 of the real server process under load, on each database: what was acked is there, once and in order. */
import { describe, expect, it } from 'vitest'
import { limits } from '../../protocol/limits'
import { befriend, must, post, register, type Registered } from '../helpers/wire-client'
import { launchServer, serverBackends, type LaunchedServer } from '../server/launch'
import { History, type Logged, type Verdict } from '../history/history'
import { Sender } from '../history/sender'

const cycles = process.env.TOKENIM_FAULTS === 'long' ? 200 : 5
const pairs = 4
/** Acked between two kills, at least: the server is killed under load, not while it starts. */
const acksPerCycle = 200

/** The whole log of a conversation, in seq order, read page by page. */
async function readLog(url: string, token: string, conversationId: number): Promise<Logged[]> {
  const log: Logged[] = []
  for (let beforeSeq = Number.MAX_SAFE_INTEGER; ;) {
    const input = { conversationId, beforeSeq, limit: limits.pageRowsMax }
    const page = must(await post(url, 'chat.listMessages', input, token))
    log.unshift(
      ...page.rows.map((row) => ({
        seq: row.seq,
        sender: row.from,
        clientId: row.clientId,
        text: row.body.kind === 'text' ? row.body.text : row.body.tip,
      })),
    )
    beforeSeq = page.rows[0]?.seq ?? 1
    if (!page.more) return log
  }
}

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
  const total: Verdict = { acked: 0, lost: 0, doubled: 0, outOfOrder: 0, holes: 0 }
  for (const { a, conversationId } of talks) {
    const verdict = history.check(conversationId, await readLog(server.url, a.token, conversationId))
    for (const key of Object.keys(total) as (keyof Verdict)[]) total[key] += verdict[key]
  }
  return total
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
        expect(verdict).toEqual({ acked: verdict.acked, lost: 0, doubled: 0, outOfOrder: 0, holes: 0 })
      } finally {
        await server.stop()
      }
    },
  )
})
