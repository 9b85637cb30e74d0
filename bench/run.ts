/**
 * `npm run bench`: durable one-to-one messages per second, server CPU per message and latency, for TokenIM on SQLite and
 * on MariaDB beside the tutorial server of reference/, in one run. Rounds alternate and medians are printed.
 * `--seconds N` and `--rounds N` change the effort; `--patience N` waits up to N seconds before each round for a machine
 * that is at rest. docs/performance.md says what the columns mean.
 */
import { parseArgs } from 'node:util'
import { buildAll, builds, isOld } from '../scripts/builds.mjs'
import { quiet } from './cpu'
import { contenders } from './contenders'
import { runRound, type Figures, type Shape } from './round'
import { table } from './table'

const pairCount = 100
const warmUpMs = 1_500
const shapes: readonly Shape[] = [
  { name: 'closed loop, 200 connections × 1 in flight', inFlight: 1 },
  { name: 'closed loop, 200 connections × 4 in flight', inFlight: 4 },
  { name: 'latency at 500 messages/s', inFlight: 1, ratePerSecond: 500 },
  { name: 'latency at 2,000 messages/s', inFlight: 1, ratePerSecond: 2_000 },
]

async function main(measureMs: number, rounds: number, patienceMs: number): Promise<void> {
  if (isOld(builds.server)) await buildAll([builds.server])
  const entered = await contenders({ pairCount, entry: builds.server.output })
  const results = shapes.map((shape) => ({ shape, of: new Map<string, Figures[]>() }))
  try {
    for (let n = 1; n <= rounds; n++)
      for (const { shape, of } of results)
        for (const contender of entered) {
          const { name } = contender
          await quiet(patienceMs)
          const figures = await runRound(contender, shape, { warmUpMs, measureMs })
          of.set(name, [...(of.get(name) ?? []), figures])
          const { perSecond, foreignCores } = figures
          const say = `${perSecond.toFixed(0)} messages/s, others took ${foreignCores.toFixed(2)} cores`
          process.stderr.write(`round ${n} of ${rounds}, ${shape.name}, ${name}: ${say}\n`)
        }
  } finally {
    for (const { stop } of entered) await stop()
  }
  for (const { shape, of } of results) console.log(`\n## ${shape.name}\n\n${table(of)}`)
}

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    patience: { type: 'string', default: '0' },
  },
})
await main(Number(values.seconds) * 1000, Number(values.rounds), Number(values.patience) * 1000)
