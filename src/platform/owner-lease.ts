import type { OwnerPort } from '../engine/ports'
import { ownName } from './address'
import { createSteady } from './clock'

const leaseKey = ownName('tokenim.owner')
const renewMs = 2_000
/** Browsers slow the timers of hidden tabs down to one a minute. */
const leaseMs = 90_000

interface Lease {
  page: string
  /** By the device's clock, which may be set: a lease that nobody renews for `leaseMs` has ended too. */
  until: number
}

/** The page that last wrote its name, until it stops renewing it or goes away. A storage that refuses has no other pages. */
export function leaseOwner(storage: Storage): OwnerPort {
  const page = String.fromCharCode(
    ...crypto.getRandomValues(new Uint8Array(16)).map((byte) => 97 + (byte & 15)),
  )
  const steady = createSteady()
  let [seen, seenAt] = ['', 0]
  const read = (): string => attempt(() => storage.getItem(leaseKey)) ?? ''
  const renew = (): void =>
    void attempt(() => storage.setItem(leaseKey, JSON.stringify({ page, until: Date.now() + leaseMs })))
  const taken = (): boolean => {
    const text = read()
    if (text !== seen) [seen, seenAt] = [text, steady()]
    const lease = leaseIn(text)
    return (
      lease !== undefined && lease.page !== page && lease.until > Date.now() && steady() - seenAt < leaseMs
    )
  }
  const free = (): void =>
    void attempt(() => (leaseIn(read())?.page === page ? storage.removeItem(leaseKey) : undefined))
  let stop = () => {}
  return {
    claim(steal, change) {
      stop()
      let owned: boolean | undefined
      const look = (force: boolean) => {
        const mine = force || !taken()
        if (mine) renew()
        if (mine === owned) return
        owned = mine
        change(mine)
      }
      const first = setTimeout(() => look(steal), 0)
      const timer = setInterval(() => look(false), renewMs)
      const heard = ({ key }: StorageEvent) => {
        if (key === leaseKey) look(false)
      }
      /** From the browser's cache a page comes back as it was. */
      const back = () => look(false)
      addEventListener('storage', heard)
      addEventListener('pagehide', free)
      addEventListener('pageshow', back)
      stop = () => {
        clearTimeout(first)
        clearInterval(timer)
        removeEventListener('storage', heard)
        removeEventListener('pagehide', free)
        removeEventListener('pageshow', back)
      }
    },
    /** Others hear of it at once; where there are none this page takes it again. */
    offer: free,
  }
}

function leaseIn(text: string): Lease | undefined {
  const lease = attempt(() => JSON.parse(text) as Partial<Lease> | null)
  return typeof lease?.page === 'string' && typeof lease.until === 'number' ? (lease as Lease) : undefined
}
function attempt<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}
