/** Compressed copies (`x.br`, `x.gz`) that a build leaves beside the files of the client. */
import { promises, type Stats } from 'node:fs'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip } from 'node:zlib'

const { readFile, stat } = promises
const unpack = { '.br': promisify(brotliDecompress), '.gz': promisify(gunzip) }
const ends = Object.keys(unpack) as (keyof typeof unpack)[]

/**
 * Tells whether every copy of a file unpacks to what the file holds (W27). Somebody may have changed a file by hand, and
 * times of change do not survive every way to move a folder. Remembers the answer until file or copy change.
 */
export function copiesThatHold(): (file: string) => Promise<boolean> {
  const known = new Map<string, { mark: string; holds: boolean }>()
  return async (file) => {
    const stats = await Promise.all([file, ...ends.map((end) => file + end)].map(statOf))
    if (!stats[0]?.isFile()) return true
    const mark = stats.map((found) => (found ? `${found.mtimeMs} ${found.size}` : '')).join()
    const last = known.get(file)
    if (last?.mark === mark) return last.holds
    const holds = await hold(
      file,
      ends.filter((_, n) => stats[n + 1]),
    )
    known.set(file, { mark, holds })
    return holds
  }
}

async function hold(file: string, there: typeof ends): Promise<boolean> {
  const bytes = await readFile(file)
  try {
    const unpacked = await Promise.all(there.map(async (end) => unpack[end](await readFile(file + end))))
    return unpacked.every((copy) => bytes.equals(copy))
  } catch {
    return false
  }
}

const statOf = (file: string): Promise<Stats | undefined> => stat(file).catch(() => undefined)
