/**
 * `npm run sim -- --seed 42`: one seed, told in full. `--seeds 1000` runs many on all cores and tells failures. `--phones`,
 * `--acts` and `--nodes` make other worlds of it; `--mysql mysql://…` runs them on a database server.
 */
import { parseArgs } from 'node:util'
import { createPool, type Job } from './pool'
import { runSeed } from './run'
import { mysqlStore } from './store'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    phones: { type: 'string', default: '5' },
    acts: { type: 'string', default: '300' },
    nodes: { type: 'string' },
    mysql: { type: 'string' },
  },
})
const first = Number(values.seed)
const many = Number(values.seeds)
const nodes = values.nodes === undefined ? undefined : Number(values.nodes)
const options = { phones: Number(values.phones), acts: Number(values.acts), nodes }

async function tellOne(): Promise<number> {
  const store = values.mysql ? await mysqlStore(values.mysql) : undefined
  const { log, counts, broken } = await runSeed(first, options, store)
  console.log(log.join('\n'))
  console.log(`seed ${first}`, counts)
  for (const line of broken) console.log(`  BROKEN: ${line}`)
  return broken.length > 0 ? 1 : 0
}

async function tellMany(): Promise<number> {
  const pool = createPool()
  const judge = async (job: Job) => {
    const { broken } = await pool.run(job)
    for (const line of broken) console.log(`BROKEN: ${line}`)
    return broken.length > 0 ? 1 : 0
  }
  const jobs = Array.from({ length: many }, (_, n) =>
    judge({ seed: first + n, options, mysql: values.mysql }),
  )
  const failed = (await Promise.all(jobs)).reduce<number>((sum, one) => sum + one, 0)
  pool.close()
  return failed
}

const failed = await (many === 1 ? tellOne() : tellMany())
console.log(`${many - failed} of ${many} seeds hold every law`)
process.exitCode = failed ? 1 : 0
