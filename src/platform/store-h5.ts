import { openDB, type IDBPDatabase } from 'idb'
import { StoreFull, type StoreBatch, type StorePort } from '../engine/ports'

const table = 'kv'

/** IndexedDB: a batch is one transaction, on disk before it resolves where the browser can (`strict`). */
export function createH5Store(name: string): StorePort {
  let opened: Promise<IDBPDatabase> | undefined
  const forget = () => (opened = undefined)
  const database = () =>
    (opened ??= openDB(name, 1, {
      upgrade: (db) => void db.createObjectStore(table),
      /** The browser closed it (storage was cleared, or iOS lost its database process): open again at the next call. */
      terminated: forget,
      /** Somebody deletes it, or brings a newer one: this page is not in the way. */
      blocking(_current, _blocked, event) {
        forget()
        ;(event.target as IDBDatabase).close()
      },
    }).catch((error: unknown) => {
      forget()
      throw error
    }))
  return {
    async load() {
      const tx = (await database()).transaction(table)
      const [keys, values] = await Promise.all([tx.store.getAllKeys(), tx.store.getAll()])
      return keys.map((key, n) => [key as string, values[n] as string] as const)
    },
    async write(batch) {
      try {
        await writeOnce(await database(), batch)
      } catch (error) {
        throw isFull(error) ? new StoreFull(String(error)) : error
      }
    },
  }
}

async function writeOnce(db: IDBPDatabase, { put, remove }: StoreBatch): Promise<void> {
  const tx = db.transaction(table, 'readwrite', { durability: 'strict' })
  const work: Promise<unknown>[] = [
    ...put.map(([key, value]) => tx.store.put(value, key)),
    ...remove.map((key) => tx.store.delete(key)),
    tx.done,
  ]
  try {
    await Promise.all(work)
  } catch (error) {
    await Promise.allSettled(work)
    // A request that was swept along says only that it was aborted; the transaction knows why.
    throw tx.error ?? error
  }
}

const isFull = (error: unknown): boolean =>
  error instanceof Error || error instanceof DOMException ? error.name === 'QuotaExceededError' : false
