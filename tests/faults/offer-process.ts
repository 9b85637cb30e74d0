/** The load generator as a process of its own: an offer comes in, what became of it goes out. Started by start-child.ts. */
import { runOffer, type Offer } from './offer'

process.once('message', (offer: Offer) => {
  runOffer(offer).then(
    (offered) => process.send?.(offered, () => process.exit(0)),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})
