/** The load generator as a process of its own: a plan comes in, a report goes out. Started by start-load.ts. */
import { Load, type LoadPlan } from './load'

process.once('message', (plan: LoadPlan) => {
  new Load(plan).run().then(
    (report) => process.send?.(report, () => process.exit(0)),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})
