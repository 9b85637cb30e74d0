/** Many phones as a process of their own. Started by start-child.ts. */
import { runHerd, type Herd } from './herd'

process.once('message', (herd: Herd) => {
  runHerd(herd, () => process.send?.('connected')).then(
    (returned) => process.send?.(returned, () => process.exit(0)),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})
