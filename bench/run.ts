/**
 * `npm run bench`: the speed of TokenIM on SQLite and on MariaDB beside the tutorial server of reference/ and the bare relay
 * of relay/, in one run. Rounds alternate and medians are printed; docs/performance.md says what the columns mean.
 *
 *     --only messages,latency      parts, of all that are in `parts`
 *     --contenders tokenim-sqlite  servers, of all that are there
 *     --seconds N, --rounds N      effort
 *     --patience N                 waits up to N seconds before each round for a machine that is at rest
 */
import { parseArgs } from 'node:util'
import { buildAll, builds, isOld } from '../scripts/builds.mjs'
import { available, contenderNames, type Contender } from './contenders'
import { apart } from './generate'
import { arrivals, showArrivals } from './parts/arrivals'
import { fanout, showFanout } from './parts/fanout'
import { growth, showGrowth } from './parts/growth'
import { idle, showIdle } from './parts/idle'
import { latency, peakIn, showLatency } from './parts/latency'
import { messages, messageShapes, showMessages } from './parts/messages'
import { page, showPage } from './parts/page'
import { withContenders, type Effort } from './round'

type Shared = (started: readonly Contender[], effort: Effort) => Promise<string>
/** What the reference can do, for its latency at half of that. */
let peak: number | undefined

/** Parts that share one world: its users have a conversation with their neighbour, and one with everybody. */
const shared: Record<'messages' | 'latency' | 'fanout' | 'connect', { title: string; run: Shared }> = {
  messages: {
    title: 'Durable one-to-one messages, closed loop',
    async run(started, effort) {
      const results = await messages(started, effort)
      peak = peakIn(results.get(messageShapes[0]?.name ?? ''))
      return showMessages(results)
    },
  },
  latency: {
    title: 'Latency of one-to-one messages',
    run: async (started, effort) => showLatency(await latency(started, effort, peak)),
  },
  fanout: {
    title: 'Fan-out of one conversation',
    run: async (started, effort) => showFanout(await fanout(started, effort)),
  },
  connect: {
    title: 'Authenticated connections',
    run: async (started, effort) => showArrivals(await arrivals(started, effort)),
  },
}
const sharedWorld = { users: 1_000, perPair: 1, room: 1_000 }
/** Parts that make worlds of their own. */
const alone: Record<'idle' | 'growth' | 'page', { title: string; run: (effort: Effort) => Promise<string> }> =
  {
    idle: {
      title: 'Memory of idle connections',
      run: async (effort) => showIdle(await idle(effort)),
    },
    growth: {
      title: 'Growth',
      run: async (effort) => showGrowth(await growth(effort)),
    },
    page: {
      title: 'The first page on a phone',
      run: async (effort) => showPage(await page(effort)),
    },
  }
const partNames = Object.keys({ ...shared, ...alone })

/** The words of a list that are known. Throws Error on another. */
function chosen<T extends string>(text: string | undefined, known: readonly T[]): readonly T[] {
  if (text === undefined) return known
  const words = text.split(',')
  const strange = words.find((word) => !known.some((name) => name === word))
  if (strange !== undefined) throw new Error(`${strange}: not one of ${known.join(', ')}`)
  return known.filter((name) => words.includes(name))
}

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    contenders: { type: 'string' },
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    patience: { type: 'string', default: '0' },
  },
})
const wanted = chosen(values.contenders, contenderNames)
const effort: Effort = {
  contenders: available().filter((name) => wanted.includes(name)),
  rounds: Number(values.rounds),
  warmUpMs: 1_000,
  measureMs: Number(values.seconds) * 1000,
  patienceMs: Number(values.patience) * 1000,
  generator: apart,
  entry: builds.server.output,
  say: (line) => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`),
}
const parts = chosen(values.only, partNames)
const needed = parts.includes('page') ? [builds.server, builds.h5] : [builds.server]
await buildAll(needed.filter(isOld))
const show = (title: string, text: string) => console.log(`\n## ${title}\n\n${text}`)

const options = { world: sharedWorld, entry: builds.server.output }
if (parts.some((name) => name in shared))
  await withContenders(effort.contenders, options, async (started) => {
    for (const [name, { title, run }] of Object.entries(shared))
      if (parts.includes(name)) show(title, await run(started, effort))
  })
for (const [name, { title, run }] of Object.entries(alone))
  if (parts.includes(name)) show(title, await run(effort))
process.exit(0)
