import type { OwnerPort } from '../engine/ports'
import { ownName } from './address'
import { leaseOwner } from './owner-lease'
import { localStorage } from './page-storage'

type Change = (owned: boolean) => void
export { leaseOwner }
const lockName = ownName('tokenim-owner')
/** Locks that do not answer for so long are as good as none. */
const answerWithinMs = 3_000

/** The app and the mini-program run once on a device. */
export const soleOwner: OwnerPort = {
  claim: (_steal, change) => void setTimeout(() => change(true), 0),
}

/** Tabs of one browser: Web Locks; where there are none, or they are refused, a lease in localStorage (O13). */
export function createH5Owner(): OwnerPort {
  const lease = leaseOwner(localStorage)
  const locks = reachLocks()
  return locks ? lockOwner(locks, lease) : lease
}
function reachLocks(): LockManager | undefined {
  try {
    // The types know no browser without it.
    return (navigator as { locks?: LockManager }).locks
  } catch {
    return undefined
  }
}

/**
 * The browser frees a lock when its tab dies; who waits gets it then, also a page from which it was taken. Only the latest claim
 * of a page tells anything. `otherwise` is asked when the browser refuses its locks.
 */
export function lockOwner(locks: LockManager, otherwise?: OwnerPort): OwnerPort {
  let claims = 0
  let current: Claim | undefined
  return {
    claim(steal, change) {
      current?.end()
      const claim = new Claim(locks, change)
      current = claim
      const number = ++claims
      const refused = () => {
        claim.end()
        if (number === claims && otherwise) otherwise.claim(steal, change)
        else if (number === claims) change(false)
      }
      claim.stand(steal, refused)
    },
    offer() {
      current?.release()
      otherwise?.offer?.()
    },
  }
}

/** One claim to the lock, from its making until the next one of this page. */
class Claim {
  private ended = false
  private told: boolean | undefined
  private readonly queued = new AbortController()
  /** Gives the lock back while it is held. */
  release: () => void = () => undefined

  constructor(
    private readonly locks: LockManager,
    private readonly change: Change,
  ) {}

  end(): void {
    this.ended = true
    this.queued.abort()
    this.release()
  }

  /** Stands in line until the claim ends; whoever loses the lock stands in line again. */
  stand(steal: boolean, refused: () => void): void {
    const giveUp = (): void => {
      if (!this.ended) refused()
    }
    const timer = setTimeout(() => this.told === undefined && giveUp(), answerWithinMs)
    this.standIn(steal)
      .catch(giveUp)
      .finally(() => clearTimeout(timer))
  }
  private async standIn(steal: boolean): Promise<void> {
    for (let first = true; !this.ended; first = false) {
      const held = { once: false }
      try {
        if (!(steal && first)) await this.look()
        const options: LockOptions = steal && first ? { steal: true } : { signal: this.queued.signal }
        await this.locks.request(lockName, options, () => this.hold(held))
      } catch (error) {
        if (!held.once) throw error
        this.tell(false)
      }
    }
  }
  private hold(held: { once: boolean }): Promise<void> | undefined {
    if (this.ended) return undefined
    held.once = true
    this.tell(true)
    return new Promise((resolve) => (this.release = resolve))
  }
  private async look(): Promise<void> {
    const { held } = await this.locks.query()
    if (held?.some((lock) => lock.name === lockName)) this.tell(false)
  }
  private tell(owned: boolean): void {
    if (this.ended || owned === this.told) return
    this.told = owned
    this.change(owned)
  }
}
