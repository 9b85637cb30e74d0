/** A folder as a disk may show it after the power went. Pure: files are bytes in memory. */
import type { Dice } from '../../sim/dice'
import type { Change, Entry } from './journal'

export interface Folder {
  names: Map<string, number>
  files: Map<number, FileBytes>
}
/** The bytes of a file, which may grow and shrink. */
export class FileBytes {
  private size: number
  constructor(private room: Buffer = Buffer.alloc(0)) {
    this.size = room.length
  }
  get bytes(): Buffer {
    return this.room.subarray(0, this.size)
  }
  /** Cut, or filled with zeros, to this size. */
  resize(size: number): void {
    if (size > this.room.length) {
      const more = Buffer.alloc(size * 2)
      this.room.copy(more, 0, 0, this.size)
      this.room = more
    } else if (size < this.size) this.room.fill(0, size, this.size)
    this.size = size
  }
  write(offset: number, bytes: Buffer): void {
    if (offset + bytes.length > this.size) this.resize(offset + bytes.length)
    bytes.copy(this.room, offset)
  }
}
export interface Forgotten {
  /** Changes that no sync had covered. */
  unsynced: number
  /** Of those, the ones that are gone, whole or in part. */
  lost: number
  torn: number
}
const sectorBytes = 512
const pageBytes = 4096

/**
 * Turns `now`, in which all changes stand, into what is left of it: the changes that a sync covered, and of the others as
 * the dice fall none, those up to a random moment with the last one torn, or any sectors of any of them. What an fsync
 * failed on is not covered by later ones: the kernel has forgotten that it was never written.
 */
export function cutPower(now: Folder, entries: readonly Entry[], dice: Dice, folderInode: number): Forgotten {
  const unsynced = unsyncedOf(entries, folderInode)
  const fate = fateOf(unsynced, dice)
  const forgotten = { unsynced: unsynced.length, lost: 0, torn: 0 }
  for (const entry of [...entries].reverse()) if ('change' in entry) undo(now, entry.change)
  for (const entry of entries) {
    if (!('change' in entry)) continue
    const kept = fate.get(entry.n) ?? 'all'
    if (kept === 'all') redo(now, entry.change, () => true)
    else if (kept === 'none') forgotten.lost++
    else {
      forgotten.lost++
      forgotten.torn++
      redo(now, entry.change, kept)
    }
  }
  return forgotten
}

/**
 * Names of files that the journal of all their time does not explain: undone, something is left of them, or done again, they
 * are not what they are. Then there is a way to write that power.c does not see.
 */
export function unexplained(now: Folder, entries: readonly Entry[]): string[] {
  const changes = entries.flatMap((entry) => ('change' in entry ? [entry.change] : []))
  const were = new Map(
    [...now.names].map(([name, inode]) => [name, Buffer.from(fileOf(now.files, inode).bytes)]),
  )
  for (const change of [...changes].reverse()) undo(now, change)
  const left = [...now.names.keys()]
  for (const change of changes) redo(now, change, () => true)
  const are = (name: string) => fileOf(now.files, now.names.get(name) ?? 0).bytes
  const names = new Set([...were.keys(), ...now.names.keys()])
  return [...left, ...[...names].filter((name) => !were.get(name)?.equals(are(name)))]
}

/** Numbers of the changes that the disk need not hold, in order. */
function unsyncedOf(entries: readonly Entry[], folderInode: number): number[] {
  const open = new Map<number, number[]>()
  const failed: number[] = []
  for (const entry of entries) {
    if ('change' in entry) {
      const inode = isBytes(entry.change) ? entry.change.inode : folderInode
      const numbers = open.get(inode)
      if (numbers) numbers.push(entry.n)
      else open.set(inode, [entry.n])
      continue
    }
    const { is, inode, upto } = entry.sync
    const numbers = open.get(inode) ?? []
    if (is === 'failed') failed.push(...numbers.filter((n) => n <= upto))
    open.set(
      inode,
      numbers.filter((n) => n > upto),
    )
  }
  return [...failed, ...[...open.values()].flat()].sort((a, b) => a - b)
}
const isBytes = ({ is }: Change): boolean => is === 'written' || is === 'resized'

/** Of a change that is no write, sector 0 decides. */
type Fate = 'all' | 'none' | ((sector: number) => boolean)

function fateOf(unsynced: readonly number[], dice: Dice): Map<number, Fate> {
  const fate = new Map<number, Fate>()
  const kind = dice.pick(['none', 'prefix', 'prefix', 'sectors'] as const)
  const last = dice.between(0, unsynced.length)
  const sectors = dice.pick([1, pageBytes / sectorBytes])
  const tear = dice.between(0, 16)
  const share = dice.between(1, 9) / 10
  unsynced.forEach((n, index) => {
    if (kind === 'none') fate.set(n, 'none')
    else if (kind === 'sectors') fate.set(n, coins(dice, share, sectors))
    else if (index > last) fate.set(n, 'none')
    else if (index === last) fate.set(n, (sector) => Math.floor(sector / sectors) < tear)
  })
  return fate
}

/** One coin for each piece of `sectors` sectors. */
function coins(dice: Dice, share: number, sectors: number): Fate {
  const fallen = new Map<number, boolean>()
  return (sector) => {
    const piece = Math.floor(sector / sectors)
    const known = fallen.get(piece) ?? dice.chance(share)
    fallen.set(piece, known)
    return known
  }
}

function undo({ names, files }: Folder, change: Change): void {
  switch (change.is) {
    case 'written':
    case 'resized': {
      const file = fileOf(files, change.inode)
      file.resize(change.size)
      if (change.before.length > 0) file.write(change.offset, change.before)
      return
    }
    case 'created':
      if (names.get(change.name) === change.inode) names.delete(change.name)
      return
    case 'unlinked':
      if (change.inode) names.set(change.name, change.inode)
      return
    case 'renamed': {
      const moved = names.get(change.to)
      if (names.has(change.name) || moved === undefined) return
      names.set(change.name, moved)
      if (change.inode) names.set(change.to, change.inode)
      else names.delete(change.to)
    }
  }
}

function redo({ names, files }: Folder, change: Change, isKept: (sector: number) => boolean): void {
  if (change.is === 'written') return writeSectors(fileOf(files, change.inode), change, isKept)
  if (!isKept(0)) return
  if (change.is === 'resized') fileOf(files, change.inode).resize(change.offset)
  else if (change.is === 'created') names.set(change.name, change.inode)
  else if (change.is === 'unlinked') names.delete(change.name)
  else {
    const moved = names.get(change.name)
    if (moved === undefined) return
    names.set(change.to, moved)
    names.delete(change.name)
  }
}

function fileOf(files: Folder['files'], inode: number): FileBytes {
  const file = files.get(inode) ?? new FileBytes()
  files.set(inode, file)
  return file
}

/** Writes those sectors that are kept; the first one that the write touches is sector 0. */
function writeSectors(
  file: FileBytes,
  { offset, bytes }: Extract<Change, { is: 'written' }>,
  isKept: (sector: number) => boolean,
): void {
  for (let from = 0, sector = 0; from < bytes.length; sector++) {
    const to = Math.min(bytes.length, from + sectorBytes - ((offset + from) % sectorBytes))
    if (isKept(sector)) file.write(offset + from, bytes.subarray(from, to))
    from = to
  }
}
