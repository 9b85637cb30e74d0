/** The load generator as a process of its own: an offer comes in, what became of it goes out. Started by start-child.ts. */
import { runOffer, type Offer } from './offer'

// Whoever asked is gone: an aborted run leaves nothing behind that goes on and on.
process.once('disconnect', () => process.exit(1))
process.once('message', (offer: Offer) => {
  runOffer(offer).then(
    (offered) => process.send?.(offered, () => process.exit(0)),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})
