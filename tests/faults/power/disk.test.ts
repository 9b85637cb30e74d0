import { describe, expect, it } from 'vitest'
import { Dice } from '../../sim/dice'
import { cutPower, FileBytes, unexplained, type Folder } from './disk'
import { parseJournal, type Change, type Entry } from './journal'

const folderInode = 1
const empty = Buffer.alloc(0)
const page = (letter: string) => Buffer.alloc(4096, letter)

/** A folder, and the journal of what is done to it. */
function newFolder() {
  const now: Folder = { names: new Map(), files: new Map() }
  const entries: Entry[] = []
  let n = 0
  const note = (change: Change) => void entries.push({ n: ++n, change })
  const file = (inode: number) => now.files.get(inode) ?? new FileBytes()
  return {
    now,
    entries,
    create(name: string, inode: number) {
      note({ is: 'created', inode, name })
      now.names.set(name, inode)
      now.files.set(inode, new FileBytes())
    },
    write(inode: number, offset: number, bytes: Buffer) {
      const { bytes: old } = file(inode)
      const before = Buffer.from(old.subarray(offset, offset + bytes.length))
      note({ is: 'written', inode, offset, size: old.length, before, bytes })
      file(inode).write(offset, bytes)
    },
    resize(inode: number, size: number) {
      const { bytes: old } = file(inode)
      note({ is: 'resized', inode, offset: size, size: old.length, before: Buffer.from(old.subarray(size)) })
      file(inode).resize(size)
    },
    unlink(name: string) {
      note({ is: 'unlinked', inode: now.names.get(name) ?? 0, name, kept: '' })
      now.names.delete(name)
    },
    rename(name: string, to: string) {
      note({ is: 'renamed', inode: now.names.get(to) ?? 0, name, to, kept: '' })
      now.names.set(to, now.names.get(name) ?? 0)
      now.names.delete(name)
    },
    sync: (inode: number, is: 'synced' | 'failed' = 'synced') =>
      void entries.push({ sync: { is, inode, upto: n } }),
  }
}
type Disk = ReturnType<typeof newFolder>
const look = ({ names, files }: Folder) =>
  [...names].map(([name, inode]) => `${name}: ${files.get(inode)?.bytes.toString() ?? ''}`).sort()

/** What is left, over many falls of the dice. */
function cuts(make: () => Disk): Set<string> {
  const seen = new Set<string>()
  for (let seed = 0; seed < 300; seed++) {
    const { now, entries } = make()
    cutPower(now, entries, new Dice(seed), folderInode)
    seen.add(JSON.stringify(look(now)))
  }
  return seen
}

describe('power loss on a model disk', () => {
  it('keeps all that was synced', () => {
    const make = () => {
      const disk = newFolder()
      disk.create('a', 2)
      disk.write(2, 0, Buffer.from('hello'))
      disk.resize(2, 4)
      disk.write(2, 1, Buffer.from('a'))
      disk.create('b', 3)
      disk.rename('b', 'c')
      disk.create('d', 4)
      disk.unlink('d')
      for (const inode of [2, 3, folderInode]) disk.sync(inode)
      return disk
    }
    expect([...cuts(make)]).toEqual([JSON.stringify(['a: hall', 'c: '])])
  })

  it('may lose, keep or tear what was not, and never more', () => {
    const make = () => {
      const disk = newFolder()
      disk.create('a', 2)
      disk.write(2, 0, page('a'))
      disk.sync(2)
      disk.sync(folderInode)
      disk.write(2, 0, page('b'))
      return disk
    }
    const left = [...cuts(make)].map((text) => (JSON.parse(text) as string[])[0]?.slice(3) ?? '')
    expect(left).toContain('a'.repeat(4096))
    expect(left).toContain('b'.repeat(4096))
    expect(left.length).toBeGreaterThan(4)
    for (const text of left) {
      expect(text).toMatch(/^[ab]{4096}$/)
      for (let at = 0; at < 4096; at += 512) expect(new Set(text.slice(at, at + 512)).size).toBe(1)
    }
  })

  it('may bring back what was unlinked or renamed, and forget what was made, while the folder was not synced', () => {
    const make = () => {
      const disk = newFolder()
      disk.create('a', 2)
      disk.create('b', 3)
      disk.write(2, 0, Buffer.from('x'))
      disk.sync(2)
      disk.sync(folderInode)
      disk.unlink('b')
      disk.rename('a', 'c')
      disk.create('d', 4)
      return disk
    }
    const left = cuts(make)
    expect(left).toContain(JSON.stringify(['a: x', 'b: ']))
    expect(left).toContain(JSON.stringify(['c: x', 'd: ']))
  })

  it('does not let a later sync make good for one that failed', () => {
    const make = () => {
      const disk = newFolder()
      disk.create('a', 2)
      disk.sync(folderInode)
      disk.write(2, 0, Buffer.from('x'))
      disk.sync(2, 'failed')
      disk.sync(2)
      return disk
    }
    expect(cuts(make)).toContain(JSON.stringify(['a: ']))
  })

  it('finds a write that the journal does not know', () => {
    const disk = newFolder()
    disk.create('a', 2)
    disk.write(2, 0, Buffer.from('hello'))
    disk.create('b', 3)
    disk.unlink('b')
    expect(unexplained(disk.now, disk.entries)).toEqual([])
    disk.now.files.get(2)?.write(3, Buffer.from('p'))
    expect(unexplained(disk.now, disk.entries)).toEqual(['a'])
    disk.now.names.set('c', 4)
    expect(unexplained(disk.now, disk.entries)).toContain('c')
  })

  it('gives back the whole journal, and drops a record that was cut', () => {
    const record = (type: number, a: Buffer, b: Buffer, ...numbers: number[]) => {
      const head = Buffer.alloc(48)
      ;[type, a.length, b.length].forEach((value, at) => head.writeUInt32LE(value, at * 4))
      numbers.forEach((value, at) => head.writeBigUInt64LE(BigInt(value), 16 + at * 8))
      return Buffer.concat([head, a, b])
    }
    const journal = Buffer.concat([
      record(2, Buffer.from('a'), empty, 7, 0, 0, 1),
      record(3, Buffer.from('o'), Buffer.from('nn'), 7, 5, 6, 2),
      record(4, empty, empty, 7, 0, 0, 2),
    ])
    const entries = parseJournal(journal)
    expect(entries).toEqual([
      { n: 1, change: { is: 'created', inode: 7, name: 'a' } },
      {
        n: 2,
        change: {
          is: 'written',
          inode: 7,
          offset: 5,
          size: 6,
          before: Buffer.from('o'),
          bytes: Buffer.from('nn'),
        },
      },
      { sync: { is: 'synced', inode: 7, upto: 2 } },
    ])
    expect(parseJournal(journal.subarray(0, -1))).toHaveLength(2)
    const second = Buffer.concat([record(9, empty, empty), record(2, Buffer.from('b'), empty, 8, 0, 0, 1)])
    expect(parseJournal(Buffer.concat([journal, second])).at(-1)).toMatchObject({ n: 3 })
  })
})
