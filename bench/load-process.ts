/** A load generator: takes a plan, sends a report, ends. Started by generate.ts. */
import { generateHere, type Plan } from './generate'

process.once('message', (plan: Plan) => {
  generateHere(plan).then(
    (report) => process.send?.(report, () => process.exit(0)),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})
