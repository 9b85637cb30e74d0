/** A load generator: takes a plan, sends a report, and ends, at once or when its connections are held no more. */
import { here, type Plan } from './generate'
import type { HoldPlan } from './hold'

const run = (plan: Plan | HoldPlan) =>
  plan.kind === 'hold' ? here.hold(plan).then(({ report }) => report) : here.run(plan)

process.once('message', (plan: Plan | HoldPlan) => {
  run(plan).then(
    (report) => process.send?.(report, () => plan.kind === 'hold' || process.exit(0)),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})
process.once('disconnect', () => process.exit(0))
