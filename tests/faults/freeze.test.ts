/** A node that is frozen for longer than its lease: another takes its number, and when it wakes it can do no harm. */
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise'
import { describe, expect, it } from 'vitest'
import { freshId, WireClient } from '../helpers/wire-client'
import { nothingBroken, readLog } from '../history'
import { launchServer, serverBackends, type LaunchedServer } from '../server/launch'
import { Load, waitFor } from './load'

const leaseMs = 30_000
const acksWanted = 200

interface Lease extends RowDataPacket {
  id: number
  token: string
  leftMs: number
}
async function firstLease(db: Connection): Promise<Lease> {
  const left = 'leased_until - UNIX_TIMESTAMP(NOW(3)) * 1000 AS leftMs'
  const [[lease]] = await db.query<Lease[]>(`SELECT id, token, ${left} FROM nodes WHERE id = 0`)
  if (!lease) throw new Error('nobody ever had the first number')
  return lease
}

function runs({ pid }: LaunchedServer): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const textOf = (conversationId: number, text: string) => ({
  ...{ conversationId, clientId: freshId(), seenSeq: 0 },
  body: { kind: 'text' as const, text },
})

/** Messages through a node until it is frozen: their answers, those that came. */
async function speakOn(server: LaunchedServer, load: Load): Promise<WireClient[]> {
  return Promise.all(
    load.pairs.map(async ({ a, conversationId }) => {
      const client = await WireClient.connect(server.url, a.token)
      for (let n = 0; n < 20; n++)
        client.call('chat.sendMessage', textOf(conversationId, 'on the first')).catch(() => undefined)
      return client
    }),
  )
}

const backends = serverBackends().filter(({ name }) => name === 'mysql')
describe.each(backends)('a node frozen under load on $name', { timeout: 240_000 }, (backend) => {
  it('[D6] [D8] [F4] loses its number to another, and commits nothing when it wakes', async () => {
    const { env, drop } = await backend.fresh()
    const settings = {
      ...env,
      JWT_SECRET: 'one secret of all: 0123456789 abcdef',
      RATE_LIMIT_FACTOR: '100000',
    }
    const servers: LaunchedServer[] = []
    const launch = async () => {
      const server = await launchServer(undefined, { env: settings })
      servers.push(server)
      return server
    }
    const frozen = await launch()
    const db = await createConnection(env.DATABASE_URL ?? '')
    let load: Load | undefined
    try {
      const { token } = await firstLease(db)
      const { url } = await launch()
      load = await Load.start({ urls: [() => url, () => url], pairs: 4, inFlight: 8, name: 'frozen' })
      const clients = await speakOn(frozen, load)
      process.kill(frozen.pid, 'SIGSTOP')
      const frozenAt = performance.now()
      const text = `said to a frozen node ${freshId()}`
      const answers = clients.map((client, n) =>
        Promise.race([
          client.call('chat.sendMessage', textOf(load!.pairs[n]!.conversationId, text)),
          client.closed,
        ]),
      )
      await waitFor('the end of the lease', leaseMs + 10_000, async () => (await firstLease(db)).leftMs < 0)
      await launch()
      expect((await firstLease(db)).token).not.toBe(token)

      process.kill(frozen.pid, 'SIGCONT')
      const frozenMs = Math.round(performance.now() - frozenAt)
      for (const answer of await Promise.all(answers)) expect(answer).not.toMatchObject({ ok: true })
      await waitFor('the end of the frozen node', 30_000, () => !runs(frozen))
      expect(frozen.output()).toContain('another process has our node number')
      const { acks } = load
      await waitFor('acks', 60_000, () => load!.acks > acks + acksWanted)
      const verdict = await load.finish()
      for (const { a, conversationId } of load.pairs)
        expect(JSON.stringify(await readLog(url, a.token, conversationId))).not.toContain(text)
      console.log(
        `a node frozen for ${frozenMs} ms: ${verdict.acked} acked on the other, ${JSON.stringify(verdict.broken)}`,
      )
      // What the first node committed is in nobody's history.
      expect({ ...verdict.broken, ghosts: 0 }).toEqual(nothingBroken)
    } finally {
      await load?.end()
      for (const server of servers) await server.stop()
      await db.end()
      await drop()
    }
  })
})
