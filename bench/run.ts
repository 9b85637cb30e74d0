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
import { generate } from './generate'
import { messages, showMessages } from './parts/messages'
import { withContenders, type Effort } from './round'

/** Parts that share one world: its users have a conversation with their neighbour, and one with everybody. */
const shared = {
  messages: {
    title: 'Durable one-to-one messages, closed loop',
    run: async (started: Contender[], effort: Effort) => showMessages(await messages(started, effort)),
  },
}
const sharedWorld = { users: 1_000, perPair: 1, room: 1_000 }
const partNames = Object.keys(shared) as (keyof typeof shared)[]

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
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    patience: { type: 'string', default: '0' },
  },
})
const wanted = chosen(values.contenders, contenderNames)
const effort: Effort = {
  contenders: available().filter((name) => wanted.includes(name)),
  rounds: Number(values.rounds),
  warmUpMs: 1_500,
  measureMs: Number(values.seconds) * 1000,
  patienceMs: Number(values.patience) * 1000,
  generate,
  entry: builds.server.output,
  say: (line) => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`),
}
if (isOld(builds.server)) await buildAll([builds.server])
const parts = chosen(values.only, partNames)
const show = (title: string, text: string) => console.log(`\n## ${title}\n\n${text}`)

await withContenders(
  effort.contenders,
  { world: sharedWorld, entry: builds.server.output },
  async (started) => {
    for (const name of parts) show(shared[name].title, await shared[name].run(started, effort))
  },
)
process.exit(0)
