/** The journal that power.c writes: what was done to the files of a folder, in order. */

interface Bytes {
  inode: number
  offset: number
  /** Size of the file before. */
  size: number
  /** What stood there, as far as the file reached. */
  before: Buffer
}
export type Change =
  | ({ is: 'written'; bytes: Buffer } & Bytes)
  /** The file ends at `offset` now. */
  | ({ is: 'resized' } & Bytes)
  | { is: 'created'; inode: number; name: string }
  | { is: 'unlinked'; inode: number; name: string; kept: string }
  /** `inode`: the file that had the name `to` before, or 0. */
  | { is: 'renamed'; inode: number; name: string; to: string; kept: string }
/** A sync of a file, or of the folder, covers what was changed in it up to and with change number `upto`. */
export interface Sync {
  is: 'synced' | 'failed'
  inode: number
  upto: number
}
export type Entry = { n: number; change: Change } | { sync: Sync }

const headBytes = 48
const types = [
  ...['', 'opened', 'created', 'written', 'synced', 'failed'],
  ...['unlinked', 'renamed', 'resized', 'started'],
]

/** Reads a journal; what the process was killed while writing is left out, since its change was never made. */
export function parseJournal(journal: Buffer): Entry[] {
  const entries: Entry[] = []
  let base = 0
  let last = 0
  for (let at = 0; at + headBytes <= journal.length;) {
    const [a, b] = [journal.readUInt32LE(at + 4), journal.readUInt32LE(at + 8)]
    const end = at + headBytes + a + b
    if (end > journal.length) break
    const entry = entryOf(
      journal.subarray(at, at + headBytes),
      journal.subarray(at + headBytes, end),
      a,
      base,
    )
    // Each process counts its changes from 1.
    if (entry === 'started') base = last
    else if (entry) {
      last = 'change' in entry ? entry.n : last
      entries.push(entry)
    }
    at = end
  }
  return entries
}

function entryOf(head: Buffer, tail: Buffer, a: number, base: number): Entry | 'started' | undefined {
  const number = (at: number) => Number(head.readBigUInt64LE(at))
  const [inode, offset, size, n] = [number(16), number(24), number(32), base + number(40)]
  const type = types[head.readUInt32LE(0)]
  const before = tail.subarray(0, a)
  const [name = '', to = '', kept = ''] = type === 'written' ? [] : before.toString().split('\0')
  switch (type) {
    case 'synced':
    case 'failed':
      return { sync: { is: type, inode, upto: n } }
    case 'created':
      return { n, change: { is: type, inode, name } }
    case 'written':
      return { n, change: { is: type, inode, offset, size, before, bytes: tail.subarray(a) } }
    case 'resized':
      return { n, change: { is: type, inode, offset, size, before } }
    case 'unlinked':
      return { n, change: { is: type, inode, name, kept } }
    case 'renamed':
      return { n, change: { is: type, inode, name, to, kept } }
    case 'started':
      return type
    default:
      return undefined
  }
}
