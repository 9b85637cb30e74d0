/** Builds power.c, runs a server under it, and takes the power from the server's folder. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Dice } from '../../sim/dice'
import { cutPower, FileBytes, unexplained, type Folder, type Forgotten } from './disk'
import { parseJournal, type Entry } from './journal'

export interface PowerShim {
  /** For `launchServer`. */
  readonly env: Record<string, string>
  /** Puts the folder of a server that has ended into a state after a loss of power, and forgets the journal. */
  cutPower(dataDir: string, dice: Dice): Forgotten
  /** Files of a folder that was empty at first whose bytes the journal does not explain, to the last one. */
  unexplained(dataDir: string): string[]
  /** The process dies at so manyth next write to the database file itself: in a checkpoint. */
  dieInCheckpoint(writes: number): void
  /** The next sync of a file fails with EIO, once. */
  failNextSync(): void
  /** When it did, in the ticks of a history; undefined: not yet. */
  failedAt(): number | undefined
  /** The journal is not about the next server. */
  forget(): void
  remove(): void
}

/** Compiles the shim into a temp folder. Throws Error when there is no C compiler. */
export function buildPowerShim(): PowerShim {
  const folder = mkdtempSync(path.join(tmpdir(), 'tokenim-power-'))
  const at = (name: string) => path.join(folder, name)
  const library = at('power.so')
  const source = path.join(import.meta.dirname, 'power.c')
  execFileSync('cc', [
    '-O2',
    '-Wall',
    '-Wextra',
    '-Werror',
    '-shared',
    '-fPIC',
    '-o',
    library,
    source,
    '-ldl',
  ])
  const journal = at('journal')
  const fail = at('fail')
  const kill = at('kill')
  const forget = () => {
    rmSync(kill, { force: true })
    for (const name of readdirSync(folder)) if (name.startsWith('journal')) rmSync(at(name))
  }
  return {
    env: {
      ...{ LD_PRELOAD: library, POWER_JOURNAL: journal, POWER_FAIL: fail },
      ...{ POWER_KILL: kill, POWER_TARGET: '/tokenim.db' },
    },
    cutPower(dataDir, dice) {
      const entries = parseJournal(readFileSync(journal))
      const disk = readFolder(dataDir, entries)
      const forgotten = cutPower(disk, entries, dice, statSync(dataDir).ino)
      writeFolder(dataDir, disk)
      forget()
      return forgotten
    },
    forget,
    unexplained(dataDir) {
      const entries = parseJournal(readFileSync(journal))
      return unexplained(readFolder(dataDir, entries), entries)
    },
    dieInCheckpoint: (writes) => writeFileSync(kill, String(writes)),
    failNextSync() {
      rmSync(`${fail}.done`, { force: true })
      writeFileSync(fail, '')
    },
    failedAt: () => (existsSync(`${fail}.done`) ? Number(readFileSync(`${fail}.done`, 'utf8')) : undefined),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** SQLite builds it anew after a crash. */
const isScratch = (name: string): boolean => name.endsWith('-shm')

/** The files of the folder, and those that went and were kept. */
function readFolder(dataDir: string, entries: readonly Entry[]): Folder {
  const folder: Folder = { names: new Map(), files: new Map() }
  const take = (file: string): number => {
    const { ino } = statSync(file)
    folder.files.set(ino, new FileBytes(readFileSync(file)))
    return ino
  }
  for (const entry of readdirSync(dataDir, { withFileTypes: true }))
    if (entry.isFile() && !isScratch(entry.name))
      folder.names.set(entry.name, take(path.join(dataDir, entry.name)))
  for (const entry of entries)
    if ('change' in entry && 'kept' in entry.change && entry.change.kept) take(entry.change.kept)
  return folder
}

function writeFolder(dataDir: string, { names, files }: Folder): void {
  for (const entry of readdirSync(dataDir, { withFileTypes: true }))
    if (entry.isFile() && !names.has(entry.name)) rmSync(path.join(dataDir, entry.name))
  for (const [name, ino] of names)
    writeFileSync(path.join(dataDir, name), files.get(ino)?.bytes ?? Buffer.alloc(0), { mode: 0o600 })
}
