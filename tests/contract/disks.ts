/** A device's disk under each store: it outlives the app, can be killed in the middle of a write, and can be full. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import type { StorePort } from '../../src/engine/ports'
import { createAppStore } from '../../src/platform/store-app'
import { createH5Store } from '../../src/platform/store-h5'
import { createMpStore } from '../../src/platform/store-mp'
import { createKeyValues } from '../helpers/key-values'
import { createPlusSqlite } from '../helpers/plus-sqlite'

export interface Disk {
  /** A fresh start of the app on what is stored. */
  start(): StorePort
  /** The next writes die after so many changes: they reject, or never settle, and then this resolves instead. */
  killAfter(changes: number): Promise<void>
  /** From now on about so many more bytes fit. */
  leaveBytes(bytes: number): Promise<void>
  throwAway(): void
}

export const disks: Record<'h5' | 'app' | 'mp-weixin', () => Disk> = {
  h5: h5Disk,
  app: appDisk,
  'mp-weixin': mpDisk,
}

const never = new Promise<void>(() => undefined)

function appDisk(): Disk {
  const folder = mkdtempSync(path.join(tmpdir(), 'tokenim-store-'))
  const sqlite = createPlusSqlite(path.join(folder, 'app.db'))
  return {
    start() {
      sqlite.restart()
      return createAppStore(sqlite)
    },
    killAfter: (changes) => sqlite.killAfter(changes),
    async leaveBytes(bytes) {
      sqlite.limitPages(Math.ceil(bytes / 4096) + 4)
    },
    throwAway() {
      sqlite.restart()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function mpDisk(): Disk {
  const storage = createKeyValues()
  return {
    start() {
      storage.restart()
      return createMpStore(storage)
    },
    killAfter(changes) {
      storage.killAfter(changes)
      return never
    },
    async leaveBytes(bytes) {
      // Something else of the mini-program takes the room.
      const chunk = 512 * 1024
      const others = 10 * 1024 * 1024 - bytes
      for (let n = 0; n * chunk < others; n++)
        storage.entries.set(`other${n}`, 'x'.repeat(Math.min(chunk, others - n * chunk)))
    },
    throwAway: () => storage.entries.clear(),
  }
}

/** The faults are those of a browser: the transaction aborts, for want of room or because its process is gone. */
function h5Disk(): Disk {
  globalThis.indexedDB = new IDBFactory()
  const put = Reflect.get(IDBObjectStore.prototype, 'put') as (
    this: IDBObjectStore,
    value: unknown,
    key?: IDBValidKey,
  ) => IDBRequest<IDBValidKey>
  /** What an aborted transaction wrote takes no room. */
  const usedBy = new WeakMap<object, number>()
  let room = Infinity
  let left = Infinity
  const abort = (tx: unknown, why: string) => {
    queueMicrotask(() => {
      const transaction = tx as IDBTransaction & { _abort(name: string): void; _state: string }
      if (transaction._state !== 'finished') transaction._abort(why)
    })
  }
  IDBObjectStore.prototype.put = function (this: IDBObjectStore, value: unknown, key?: IDBValidKey) {
    const used = (usedBy.get(this.transaction) ?? 0) + Buffer.byteLength(String(value))
    usedBy.set(this.transaction, used)
    if (used > room) abort(this.transaction, 'QuotaExceededError')
    if (left-- <= 0) abort(this.transaction, 'AbortError')
    return put.call(this, value, key)
  }
  return {
    start() {
      left = Infinity
      return createH5Store('contract')
    },
    killAfter(changes) {
      left = changes
      return never
    },
    async leaveBytes(bytes) {
      room = bytes
    },
    throwAway() {
      IDBObjectStore.prototype.put = put
    },
  }
}
