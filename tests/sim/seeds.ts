/** Many seeds on all cores, and those that are kept. */
import path from 'node:path'
import { createPool } from './pool'
import type { RunOptions, RunReport } from './run'

/** Seeds that once broke a law, in worlds as the test makes them, and what each found. */
export const keptSeeds: readonly { seed: number; found: string }[] = []

export interface SeedJob {
  seed: number
  options: RunOptions
  /** Address of a database server to run on, instead of a file. */
  mysql?: string | undefined
}

/** The command that runs a seed again. */
const commandOf = ({ seed, options, mysql }: SeedJob): string =>
  [
    `npm run sim -- --seed ${seed} --phones ${options.phones} --acts ${options.acts}`,
    ...(options.nodes ? [`--nodes ${options.nodes}`] : []),
    ...(options.blocks ? ['--blocks'] : []),
    ...(options.clocks ? ['--clocks'] : []),
    ...(mysql ? [`--mysql ${mysql}`] : []),
  ].join(' ')

/** Runs seeds as they are asked for; counts add up over all of them. */
export function seedRunner() {
  const pool = createPool<SeedJob, RunReport>(path.join(import.meta.dirname, 'worker.ts'))
  const totals = new Map<string, number>()
  return {
    totals,
    /** What a seed breaks, each line with the command that runs it again. */
    async broken(job: SeedJob): Promise<string[]> {
      const report = await pool.run(job).catch((error: unknown) => ({ broken: [String(error)], counts: {} }))
      for (const [name, count] of Object.entries(report.counts))
        totals.set(name, (totals.get(name) ?? 0) + count)
      return report.broken.map((line) => `seed ${job.seed}: ${line} (${commandOf(job)})`)
    },
    counted: () => [...totals].map(([name, count]) => `${name} ${count}`).join(', '),
    close: () => pool.close(),
  }
}
