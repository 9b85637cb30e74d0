/**
 * `npx tsx bench/nodes.ts`: what nodes cost that share one MariaDB and one Redis, both started for this run. Each message of
 * a pair goes from one node to the next, at a given rate. docs/scale.md says what came out.
 *
 *     --rate N       messages a second, over all nodes
 *     --seconds N    measured
 *     --patience N   waits up to N seconds before each measurement for a machine that is at rest
 */
import { parseArgs } from 'node:util'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { openMysql } from '../server/db/mysql'
import { readChanges } from '../server/sync/changes'
import { buildServer } from '../tests/faults/built-server'
import type { Instance } from '../tests/faults/child'
import { startMariadb } from '../tests/faults/mariadb-instance'
import { startRedis } from '../tests/faults/redis-instance'
import { befriend, freshId, register, WireClient, type Registered } from '../tests/helpers/wire-client'
import { launchServer, type LaunchedServer } from '../tests/server/launch'
import { cpuSeconds, machineSeconds, quiet, residentBytes } from './cpu'
import { quantile, sleep } from './window'

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '10' },
    patience: { type: 'string', default: '0' },
  },
})
const rate = Number(values.rate)
const measureMs = Number(values.seconds) * 1_000
const patienceMs = Number(values.patience) * 1_000
const pairs = 30
/** What a start leaves to do: changes of the last ten seconds are read. */
const settleMs = 14_000
const idleMs = 6_000
const secret = 'a secret of the bench: 0123456789 abcdef'
const setups = [
  { nodes: 1, withRedis: false },
  { nodes: 1, withRedis: true },
  { nodes: 2, withRedis: true },
  { nodes: 3, withRedis: true },
  { nodes: 2, withRedis: false },
] as const

interface Talk {
  a: Registered
  b: Registered
  conversationId: number
}
type Figures = Record<string, string>

/** CPU seconds of a group of processes, and of everything on the machine. */
const cpuOf = (pids: readonly number[]) => pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0)

async function questions(database: Instance): Promise<number> {
  const connection = await createConnection(database.url)
  const [rows] = await connection.query<RowDataPacket[]>("SHOW GLOBAL STATUS LIKE 'Questions'")
  await connection.end()
  return Number(rows[0]?.Value)
}

async function makeTalks(url: string): Promise<Talk[]> {
  const talks: Talk[] = []
  for (let n = 0; n < pairs; n++) {
    const [a, b] = [await register(url, `nodes-a${n}`), await register(url, `nodes-b${n}`)]
    talks.push({ a, b, conversationId: await befriend(url, a, b) })
  }
  return talks
}

interface Lines {
  /** Sends at the given rate, and gives how long each message took to the other phone, in ms. */
  talk(): Promise<number[]>
  close(): void
}
/** Connects each pair to two nodes. */
async function connect(servers: readonly LaunchedServer[], talks: readonly Talk[]): Promise<Lines> {
  const url = (n: number) => servers[n % servers.length]?.url ?? ''
  const sentAt = new Map<string, number>()
  const latencies: number[] = []
  const speakers: { client: WireClient; conversationId: number }[] = []
  const hearers: WireClient[] = []
  for (const [n, { a, b, conversationId }] of talks.entries()) {
    speakers.push({ client: await WireClient.connect(url(n), a.token), conversationId })
    const hearer = await WireClient.connect(url(n + 1), b.token)
    await hearer.call('sync.heads', {})
    hearers.push(hearer)
    hearer.onFrame((frame) => {
      if (frame.t !== 'ev' || frame.ev !== 'sync.changed') return
      for (const row of (frame.data as { rows: { k: string; clientId?: string }[] }).rows) {
        const at = row.k === 'message' ? sentAt.get(row.clientId ?? '') : undefined
        if (at !== undefined && sentAt.delete(row.clientId ?? '')) latencies.push(performance.now() - at)
      }
    })
  }
  function send(n: number): void {
    const speaker = speakers[n % speakers.length]
    const clientId = freshId()
    sentAt.set(clientId, performance.now())
    const body = { kind: 'text' as const, text: `message ${clientId}` }
    const input = { conversationId: speaker?.conversationId ?? 0, clientId, seenSeq: 0, body }
    void speaker?.client.call('chat.sendMessage', input).then(({ ok }) => {
      if (!ok) sentAt.delete(clientId)
    })
  }
  return {
    async talk() {
      const start = performance.now()
      for (let sent = 0, now = start; now - start < measureMs; now = performance.now()) {
        for (; sent < ((now - start) * rate) / 1_000; sent++) send(sent)
        await sleep(2)
      }
      for (const until = performance.now() + 10_000; sentAt.size > 0 && performance.now() < until;)
        await sleep(20)
      if (sentAt.size > 0) throw new Error(`${sentAt.size} messages did not arrive`)
      return latencies
    },
    close() {
      for (const client of [...hearers, ...speakers.map((speaker) => speaker.client)]) client.close()
    },
  }
}

async function measure(
  servers: readonly LaunchedServer[],
  talks: readonly Talk[],
  database: Instance,
  redis: Instance,
): Promise<Figures> {
  const pids = servers.map(({ pid }) => pid)
  await sleep(settleMs)
  const [asked, idleFrom] = [await questions(database), cpuOf(pids)]
  await sleep(idleMs)
  const idleCpu = cpuOf(pids) - idleFrom
  const queries = (await questions(database)) - asked
  const memory = pids.map((pid) => residentBytes(pid) / 2 ** 20)
  const sample = () => [
    cpuOf(pids),
    cpuSeconds(database.pid),
    cpuSeconds(redis.pid),
    machineSeconds(),
    cpuOf([process.pid]),
  ]
  const lines = await connect(servers, talks)
  await quiet(patienceMs)
  const [start, before] = [performance.now(), sample()]
  const latencies = await lines.talk()
  const seconds = (performance.now() - start) / 1_000
  const [nodes = 0, mariadb = 0, bus = 0, machine = 0, own = 0] = sample().map((s, i) => s - (before[i] ?? 0))
  lines.close()
  const perMessage = (cpu: number) => `${Math.round((cpu * 1e6) / latencies.length)}`
  return {
    'memory MiB': (memory.reduce((sum, one) => sum + one, 0) / memory.length).toFixed(0),
    'idle CPU ms/s': ((idleCpu * 1e6) / idleMs / servers.length).toFixed(1),
    'idle statements/s': (((queries - 3) * 1_000) / idleMs / servers.length).toFixed(1),
    messages: `${latencies.length}`,
    'µs/message: nodes': perMessage(nodes),
    MariaDB: perMessage(mariadb),
    Redis: perMessage(bus),
    'p50 ms': quantile(latencies, 0.5).toFixed(1),
    'p99 ms': quantile(latencies, 0.99).toFixed(1),
    'cores of others': ((machine - nodes - mariadb - bus - own) / seconds).toFixed(2),
  }
}

/** How long it takes to read the table of changes, by the streams that changed within its overlap of ten seconds. */
async function pollCosts(url: string): Promise<string> {
  const db = await openMysql({ url })
  const lines: string[] = []
  for (const count of [1_000, 10_000, 50_000]) {
    const ids = Array.from({ length: count }, (_, n) => `(${2 ** 50 + n}, ${n}, 1)`)
    await db.write(async (c) => {
      await c.run('DELETE FROM changes')
      for (let n = 0; n < count; n += 5_000)
        await c.run(`INSERT INTO changes (id, stream, version) VALUES ${ids.slice(n, n + 5_000).join(', ')}`)
    })
    const times: number[] = []
    const cpu = process.cpuUsage()
    for (let n = 0; n < 9; n++) {
      const start = performance.now()
      await db.read((c) => readChanges(c, 2 ** 50 + count))
      times.push(performance.now() - start)
    }
    const { user, system } = process.cpuUsage(cpu)
    lines.push(`| ${count} | ${quantile(times, 0.5).toFixed(1)} | ${((user + system) / 9_000).toFixed(1)} |`)
  }
  await db.close()
  return ['| changed streams | ms | of them CPU of the node |', '|---|---|---|', ...lines].join('\n')
}

const [database, redis, built] = await Promise.all([startMariadb(), startRedis(), buildServer()])
try {
  let talks: Talk[] | undefined
  const rows: string[] = []
  for (const { nodes, withRedis } of setups) {
    const env = {
      ...{ DATABASE_URL: database.url, JWT_SECRET: secret, RATE_LIMIT_FACTOR: '100000' },
      ...(withRedis ? { REDIS_URL: redis.url } : {}),
    }
    const servers: LaunchedServer[] = []
    try {
      for (let n = 0; n < nodes; n++) servers.push(await launchServer(undefined, { entry: built.entry, env }))
      talks ??= await makeTalks(servers[0]?.url ?? '')
      const figures = await measure(servers, talks, database, redis)
      if (rows.length === 0)
        rows.push(
          `| nodes | ${Object.keys(figures).join(' | ')} |`,
          `|---|${'---|'.repeat(Object.keys(figures).length)}`,
        )
      rows.push(`| ${nodes}${withRedis ? ', Redis' : ''} | ${Object.values(figures).join(' | ')} |`)
      console.log(rows.at(-1))
    } finally {
      await Promise.all(servers.map((server) => server.stop()))
    }
  }
  console.log(
    `\n${rate} messages a second, ${values.seconds} s each\n\n${rows.join('\n')}\n\n${await pollCosts(database.url)}`,
  )
} finally {
  await Promise.all([database.stop(), redis.stop()])
  built.remove()
}
process.exit()
