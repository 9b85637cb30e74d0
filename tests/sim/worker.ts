/** A process that runs seeds for seeds.ts. */
import { work } from './pool'
import { runSeed, type RunReport } from './run'
import type { SeedJob } from './seeds'
import { mysqlStore } from './store'

work(async ({ seed, options, mysql }: SeedJob): Promise<RunReport> => {
  const report = await runSeed(seed, options, mysql ? await mysqlStore(mysql) : undefined)
  return { ...report, log: [] }
})
