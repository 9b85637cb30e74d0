import { StoreFull, type StoreBatch, type StorePort } from '../engine/ports'

/** A database that does not answer for so long is as good as none. */
const answerWithinMs = 10_000

/**
 * A store for places that keep nothing: what the disk refuses, or never answers, is held in memory, offered to it again with each
 * write, and lost with the app (O12). A disk that is merely full says so, as before. `told` hears whenever that changes.
 */
export function guardedStore(make: () => StorePort, told: (keeps: boolean) => void): StorePort {
  let made: StorePort | undefined
  const disk = (): StorePort => (made ??= make())
  /** What the disk has not taken; null removes. undefined: it has taken everything. */
  let missed: Map<string, string | null> | undefined
  let keeps = true
  /** It has held something: when it is full that is because of what it holds. */
  let hasHeld = false
  let offering = false

  function tell(now: boolean): void {
    if (now === keeps) return
    keeps = now
    told(now)
  }
  /** Offers what is missed, one batch at a time. */
  async function offer(): Promise<void> {
    if (offering || !missed) return
    offering = true
    const offered = [...missed]
    try {
      await disk().write(batchOf(offered))
      for (const [key, value] of offered) if (missed.get(key) === value) missed.delete(key)
      hasHeld = true
      if (missed.size === 0) missed = undefined
      if (!missed) tell(true)
    } finally {
      offering = false
    }
  }
  async function miss(batch: StoreBatch): Promise<void> {
    missed ??= new Map()
    for (const [key, value] of batch.put) missed.set(key, value)
    for (const key of batch.remove) missed.set(key, null)
    const isNew = keeps
    const offered = offer().catch(() => tell(false))
    if (isNew) await within(offered).catch(() => tell(false))
  }
  async function read(): Promise<StoredEntries> {
    try {
      return await disk().load()
    } catch {
      return disk().load()
    }
  }

  return {
    async load() {
      const found = await within(async () => read()).catch(() => {
        missed ??= new Map()
        tell(false)
        return []
      })
      if (found.length > 0) hasHeld = true
      if (!missed) return found
      const entries = new Map<string, string | null>([...found, ...missed])
      return [...entries].flatMap(([key, value]) => (value === null ? [] : [[key, value] as const]))
    },
    async write(batch) {
      if (missed) return miss(batch)
      try {
        await within(async () => disk().write(batch))
        if (batch.put.length > 0) hasHeld = true
      } catch (error) {
        if (error instanceof StoreFull && hasHeld) throw error
        await miss(batch)
      }
    },
  }
}

type StoredEntries = Awaited<ReturnType<StorePort['load']>>

const batchOf = (changes: readonly (readonly [string, string | null])[]): StoreBatch => ({
  put: changes.flatMap(([key, value]) => (value === null ? [] : [[key, value] as const])),
  remove: changes.flatMap(([key, value]) => (value === null ? [key] : [])),
})

function within<T>(work: Promise<T> | (() => Promise<T>)): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the store does not answer')), answerWithinMs)
    const started = typeof work === 'function' ? work() : work
    started.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
