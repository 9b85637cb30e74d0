/** Many phones as a process of their own. Started by start-child.ts. */
import { runHerd, type Herd } from './herd'

// Whoever asked is gone: an aborted run leaves nothing behind that goes on and on.
process.once('disconnect', () => process.exit(1))
process.once('message', (herd: Herd) => {
  runHerd(herd, () => process.send?.('connected')).then(
    (returned) => process.send?.(returned, () => process.exit(0)),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})
