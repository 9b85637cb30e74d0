/**
 * Storing: what has to be on disk before something else happens is urgent (acts, session), the mirror's copy is lazy
 * and is stored at most once a second. One batch is on its way at a time; what comes meanwhile shares the next.
 */
import type { ClientId } from '../../protocol/ids'
import type { StoreBatch } from './ports'
import { isMirrorKey, partsOf, valueOf } from './stored'
import { wake, type Turn } from './turn'

const LAZY_MS = 1_000
/** What could not be stored is tried again after this. */
const AGAIN_MS = 30_000

export function storeSoon(turn: Turn, key: string): void {
  const { disk } = turn.state
  if (disk.short && isMirrorKey(key)) return
  if (disk.lazy.size === 0) disk.lazyAt = turn.now + LAZY_MS
  disk.lazy.add(key)
}
export function storeNow(turn: Turn, key: string): void {
  turn.state.disk.urgent.add(key)
}
/** The app may be gone soon: what is lazy is due. */
export function hurry(turn: Turn): void {
  turn.state.disk.lazyAt = turn.now
}
/** What is under this key has reached the disk. */
export const isStored = (turn: Turn, key: string): boolean =>
  !turn.state.disk.urgent.has(key) && !turn.state.disk.writing?.has(key)

/** Lets the next batch leave. */
export function advanceDisk(turn: Turn): void {
  const { disk } = turn.state
  if (disk.writing) return
  const keys = takeKeys(turn)
  if (keys.size > 0) write(turn, keys)
}

function takeKeys(turn: Turn): Set<string> {
  const { disk } = turn.state
  if (disk.urgent.size > 0) return batchFrom(turn, disk.urgent)
  if (disk.lazy.size === 0) return disk.lazy
  if (turn.now < disk.lazyAt) {
    wake(turn, disk.lazyAt)
    return new Set()
  }
  return batchFrom(turn, disk.lazy)
}

/** Takes all of `keys`; where storage is short, those that only go first: they need no room, and do not wait for it. */
function batchFrom({ state }: Turn, keys: Set<string>): Set<string> {
  const gone = state.disk.short ? [...keys].filter((key) => valueOf(state, key) === undefined) : []
  const batch = new Set(gone.length > 0 ? gone : keys)
  for (const key of batch) keys.delete(key)
  return batch
}

function write(turn: Turn, keys: Set<string>): void {
  const { disk } = turn.state
  disk.writing = keys
  turn.effects.push({ do: 'save', save: ++disk.save, batch: batchOf(turn, keys) })
}

function batchOf(turn: Turn, keys: Iterable<string>): StoreBatch {
  const { disk } = turn.state
  const put: [string, string][] = []
  const remove: string[] = []
  for (const key of keys) {
    const value = valueOf(turn.state, key)
    if (value !== undefined) put.push([key, value])
    else remove.push(key)
    if (value !== undefined) disk.stored.add(key)
    else disk.stored.delete(key)
  }
  return { put, remove }
}

/** Hands out everything of `keys` at once, whatever is on its way: nobody waits for the answer any more. */
export function lastBatch(turn: Turn, keys: Iterable<string>): void {
  const batch = batchOf(turn, keys)
  if (batch.put.length + batch.remove.length > 0) turn.effects.push({ do: 'save', save: 0, batch })
}

export function saved(turn: Turn, save: number): void {
  const { disk } = turn.state
  if (save === disk.save) disk.writing = undefined
}

/**
 * A batch did not fit. The first time the mirror's copy makes room and the batch is tried again (O9). After that the
 * ids of its acts are returned, which cannot be stored; the rest is tried again later.
 */
export function saveFailed(turn: Turn, save: number): ClientId[] {
  const { disk, account } = turn.state
  const keys = disk.writing
  if (!keys || save !== disk.save) return []
  disk.writing = undefined
  if (!disk.short) {
    disk.short = true
    for (const key of [...keys, ...[...disk.stored].filter(isMirrorKey)]) disk.urgent.add(key)
    for (const key of [...disk.lazy]) if (isMirrorKey(key)) disk.lazy.delete(key)
    return []
  }
  const unstored: ClientId[] = []
  for (const key of keys) {
    const { kind, id } = partsOf(key)
    if (kind === 'act' && account?.acts.has(id)) unstored.push(id)
    else disk.lazy.add(key)
  }
  disk.lazyAt = turn.now + AGAIN_MS
  return unstored
}
