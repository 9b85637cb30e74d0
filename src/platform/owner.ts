import type { OwnerPort } from '../engine/ports'
import { ownName } from './address'

type Change = (owned: boolean) => void
const lockName = ownName('tokenim-owner')

/** The app and the mini-program run once on a device. */
export const soleOwner: OwnerPort = {
  claim: (_steal, change) => void setTimeout(() => change(true), 0),
}

/** Tabs of one browser: Web Locks, or on plain http, where there are none, a lease in localStorage. */
export function createH5Owner(): OwnerPort {
  // The types know no browser without it.
  const locks = (navigator as { locks?: LockManager }).locks
  return locks ? lockOwner(locks) : leaseOwner(localStorage)
}

/** The browser frees a lock when its tab dies; who waits gets it then. Only the latest claim of a page tells anything. */
export function lockOwner(locks: LockManager): OwnerPort {
  let latest = 0
  return {
    claim(steal, change) {
      const claim = ++latest
      const tell: Change = (owned) => {
        if (claim === latest) change(owned)
      }
      const request = (options: LockOptions) =>
        locks.request(lockName, options, () => {
          tell(true)
          return new Promise<never>(() => undefined)
        })
      const queue = async () => {
        const { held } = await locks.query()
        if (held?.some((lock) => lock.name === lockName)) tell(false)
        await request({})
      }
      ;(steal ? request({ steal: true }) : queue()).catch(() => tell(false))
    },
  }
}

const leaseKey = ownName('tokenim.owner')
const renewMs = 2_000
/** Browsers slow the timers of hidden tabs down to one a minute. */
const leaseMs = 90_000

interface Lease {
  page: string
  until: number
}

/** The page that last wrote its name, until it stops renewing it or goes away. */
export function leaseOwner(storage: Storage): OwnerPort {
  const page = String.fromCharCode(
    ...crypto.getRandomValues(new Uint8Array(16)).map((byte) => 97 + (byte & 15)),
  )
  const read = (): Lease | undefined => {
    const text = storage.getItem(leaseKey)
    return text ? (JSON.parse(text) as Lease) : undefined
  }
  const renew = () => storage.setItem(leaseKey, JSON.stringify({ page, until: Date.now() + leaseMs }))
  const taken = () => {
    const lease = read()
    return lease !== undefined && lease.page !== page && lease.until > Date.now()
  }
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
      const left = () => {
        if (owned) storage.removeItem(leaseKey)
      }
      addEventListener('storage', heard)
      addEventListener('pagehide', left)
      stop = () => {
        clearTimeout(first)
        clearInterval(timer)
        removeEventListener('storage', heard)
        removeEventListener('pagehide', left)
      }
    },
  }
}
