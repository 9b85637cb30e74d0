import { StoreFull, type StoreBatch, type StorePort } from '../engine/ports'

/** The part of uni's storage that is used: synchronous, at most 1 MB in one key and 10 MB in all. */
export interface KeyValues {
  getStorageInfoSync(): { keys: string[] }
  getStorageSync(key: string): unknown
  setStorageSync(key: string, value: string): void
  removeStorageSync(key: string): void
}

const prefix = 'kv:'
const journalHead = 'journal'
const journalPart = (n: number) => `journal:${n}`
/** Below the platform's limits, so that the journal and other settings always fit beside the data. */
const valueBytesMax = 900 * 1024
const totalBytesMax = 8 * 1024 * 1024
const partChars = 256 * 1024

/**
 * A batch of several keys is first written to a journal; whoever finds one writes it again. So a kill leaves the old
 * or the new, never half. Rejects with StoreFull when the data would not fit; nothing has changed then.
 */
export function createMpStore(storage: KeyValues): StorePort {
  const read = (key: string): string | undefined => unmark(storage.getStorageSync(prefix + key))
  const apply = (changes: readonly Change[]) => {
    for (const [key, value] of changes) if (value === null) storage.removeStorageSync(prefix + key)
    for (const [key, value] of changes) if (value !== null) storage.setStorageSync(prefix + key, mark(value))
  }
  function readAll(): [string, string][] {
    const journal = readJournal(storage)
    if (journal) apply(journal)
    dropJournal(storage)
    const keys = storage.getStorageInfoSync().keys.filter((key) => key.startsWith(prefix))
    return keys.map((key) => [key.slice(prefix.length), unmark(storage.getStorageSync(key)) ?? ''])
  }

  /** Bytes of each stored key, once loaded. */
  let sizes: Sizes | undefined
  const sizesOf = (entries: readonly (readonly [string, string])[]): Sizes =>
    new Map(entries.map(([key, value]) => [key, bytesOf(key) + bytesOf(value)]))

  function writeAll(batch: StoreBatch): void {
    const changes = changesOf(batch)
    const before = (sizes ??= sizesOf(readAll()))
    const after = new Map(before)
    for (const [key, value] of changes)
      if (value === null) after.delete(key)
      else after.set(key, bytesOf(key) + bytesOf(value))
    refuseTooMuch(before, after)
    const old = changes.map(([key]): Change => [key, read(key) ?? null])
    try {
      if (changes.length > 1) writeJournal(storage, changes)
      apply(changes)
    } catch (error) {
      apply(old)
      dropJournal(storage)
      throw isFull(error) ? new StoreFull(String(error)) : error
    }
    if (changes.length > 1) dropJournal(storage)
    sizes = after
  }

  return {
    async load() {
      const entries = readAll()
      sizes = sizesOf(entries)
      return entries
    },
    async write(batch) {
      writeAll(batch)
    },
  }
}

type Sizes = ReadonlyMap<string, number>
type Change = readonly [key: string, value: string | null]

/** A mark in front: the platform answers '' both for no value and for an empty one. */
const mark = (value: string): string => `=${value}`
const unmark = (stored: unknown): string | undefined =>
  typeof stored === 'string' && stored !== '' ? stored.slice(1) : undefined
const isFull = (error: unknown): boolean =>
  /exceed|limit|full|quota/i.test(String((error as { errMsg?: string } | null)?.errMsg ?? error))

/** Of several changes of one key the last counts; removals come after. */
function changesOf({ put, remove }: StoreBatch): Change[] {
  const changes = new Map<string, string | null>(put)
  for (const key of remove) changes.set(key, null)
  return [...changes]
}

function refuseTooMuch(before: Sizes, after: Sizes): void {
  const sum = (sizes: Sizes) => [...sizes.values()].reduce((total, size) => total + size, 0)
  const total = sum(after)
  if (total > totalBytesMax && total > sum(before)) throw new StoreFull(`${total} bytes of ${totalBytesMax}`)
  for (const [key, size] of after) if (size > valueBytesMax) throw new StoreFull(`${key}: ${size} bytes`)
}

/** The head is written last and holds how many parts there are: without it there is no journal. */
function writeJournal(storage: KeyValues, changes: readonly Change[]): void {
  const text = JSON.stringify(changes)
  const parts = Math.ceil(text.length / partChars)
  for (let n = 0; n < parts; n++)
    storage.setStorageSync(journalPart(n), text.slice(n * partChars, (n + 1) * partChars))
  storage.setStorageSync(journalHead, String(parts))
}
function readJournal(storage: KeyValues): Change[] | undefined {
  const parts = Number(storage.getStorageSync(journalHead))
  if (!parts) return undefined
  const texts = Array.from({ length: parts }, (_, n) => String(storage.getStorageSync(journalPart(n))))
  return JSON.parse(texts.join('')) as Change[]
}
/** The head first: what is left of the parts after a kill counts for nothing. */
function dropJournal(storage: KeyValues): void {
  storage.removeStorageSync(journalHead)
  for (const key of storage.getStorageInfoSync().keys)
    if (key.startsWith(`${journalHead}:`)) storage.removeStorageSync(key)
}

/** Length in UTF-8. */
function bytesOf(text: string): number {
  let bytes = 0
  for (let n = 0; n < text.length; n++) {
    const unit = text.charCodeAt(n)
    bytes += unit < 0x80 ? 1 : unit < 0x800 ? 2 : unit >= 0xd800 && unit < 0xe000 ? 2 : 3
  }
  return bytes
}
