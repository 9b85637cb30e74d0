/** A disk of some megabytes in memory that can be filled and emptied (Linux, as root: mount). */
import { execFileSync } from 'node:child_process'
import { closeSync, openSync, rmSync, truncateSync, fstatSync, writeSync } from 'node:fs'
import path from 'node:path'

export interface SmallDisk {
  /** Leaves so many bytes free, none if absent. Fills again what became free meanwhile. */
  fill(leaveBytes?: number): void
  /** Takes away what `fill` put there. */
  empty(): void
  unmount(): void
}

/** Mounts it on an existing folder. Throws Error when this is not allowed. */
export function mountSmallDisk(folder: string, megabytes: number): SmallDisk {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'tokenim-test', folder], {
    stdio: 'pipe',
  })
  const filler = path.join(folder, 'filler')
  return {
    fill(leaveBytes = 0) {
      const size = writeUntilFull(filler)
      if (leaveBytes > 0) truncateSync(filler, Math.max(0, size - leaveBytes))
    },
    empty: () => rmSync(filler, { force: true }),
    // Lazily: SQLite's files may be open until statements are collected.
    unmount: () => void execFileSync('umount', ['-l', folder], { stdio: 'pipe' }),
  }
}

/** Size of the file afterwards. */
function writeUntilFull(file: string): number {
  const out = openSync(file, 'a')
  try {
    for (const bytes of [1024 * 1024, 4096]) {
      const zeros = Buffer.alloc(bytes)
      while (hasRoomFor(out, zeros));
    }
    return fstatSync(out).size
  } finally {
    closeSync(out)
  }
}

function hasRoomFor(out: number, bytes: Buffer): boolean {
  try {
    return writeSync(out, bytes) === bytes.length
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return false
    throw error
  }
}
