/**
 * `npm run sim -- --seed 42`: one seed, told in full. `--seeds 1000` runs many on all cores and tells failures. `--phones`,
 * `--acts`, `--nodes`, `--blocks` and `--clocks` make other worlds of it; `--mysql mysql://…` runs them on a database server.
 */
import { parseArgs } from 'node:util'
import { runSeed } from './run'
import { seedRunner } from './seeds'
import { mysqlStore } from './store'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    phones: { type: 'string', default: '5' },
    acts: { type: 'string', default: '300' },
    nodes: { type: 'string' },
    blocks: { type: 'boolean', default: false },
    clocks: { type: 'boolean', default: false },
    mysql: { type: 'string' },
  },
})
const first = Number(values.seed)
const many = Number(values.seeds)
const nodes = values.nodes === undefined ? undefined : Number(values.nodes)
const { blocks, clocks } = values
const options = { phones: Number(values.phones), acts: Number(values.acts), nodes, blocks, clocks }

async function tellOne(): Promise<number> {
  const store = values.mysql ? await mysqlStore(values.mysql) : undefined
  const { log, counts, broken } = await runSeed(first, options, store)
  console.log(log.join('\n'))
  console.log(`seed ${first}`, counts)
  for (const line of broken) console.log(`  BROKEN: ${line}`)
  return broken.length > 0 ? 1 : 0
}

async function tellMany(): Promise<number> {
  const runner = seedRunner()
  const judge = async (seed: number) => {
    const broken = await runner.broken({ seed, options, mysql: values.mysql })
    for (const line of broken) console.log(`BROKEN: ${line}`)
    return broken.length > 0 ? 1 : 0
  }
  const failed = await Promise.all(Array.from({ length: many }, (_, n) => judge(first + n)))
  runner.close()
  return failed.reduce<number>((sum, one) => sum + one, 0)
}

const failed = await (many === 1 ? tellOne() : tellMany())
console.log(`${many - failed} of ${many} seeds hold every law`)
process.exitCode = failed ? 1 : 0
