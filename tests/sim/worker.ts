/** Runs seeds for pool.ts, one after the other. */
import { runSeed } from './run'
import { mysqlStore } from './store'
import type { Job } from './pool'

async function judge({
  seed,
  options,
  mysql,
}: Job): Promise<{ broken: string[]; counts: Record<string, number> }> {
  try {
    const { broken, counts } = await runSeed(seed, options, mysql ? await mysqlStore(mysql) : undefined)
    return { broken, counts }
  } catch (error) {
    return {
      broken: [`it threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`],
      counts: {},
    }
  }
}

let last: Promise<unknown> = Promise.resolve()
process.on('message', (job: Job) => {
  last = last.then(async () => process.send?.(await judge(job)))
})
process.on('disconnect', () => process.exit(0))
