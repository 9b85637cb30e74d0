/**
 * How far SQLite's write-ahead log has come since it was started anew. The size of its file does not tell: a file that becomes
 * longer makes fsync slow, so it keeps its length, and new frames are written over old ones. They differ by two salts
 * (https://www.sqlite.org/walformat.html). Nothing here locks: SQLite has no locks on this file that closing it could end.
 */
import { closeSync, openSync, readSync } from 'node:fs'

export interface Wal {
  /** Has the log so many bytes that were written since it was started anew? */
  reaches(bytes: number): boolean
  close(): void
}

const headerBytes = 32
const frameHeaderBytes = 24
const [pageSizeAt, saltsAt, frameSaltsAt, saltsBytes] = [8, 16, 8, 8]

/** `file` is the database's. The log need not be there yet. */
export function readWal(file: string): Wal {
  const header = Buffer.alloc(headerBytes)
  const salts = Buffer.alloc(saltsBytes)
  let fd: number | undefined

  return {
    reaches(bytes) {
      fd ??= openIfThere(`${file}-wal`)
      if (fd === undefined || readSync(fd, header, 0, headerBytes, 0) < headerBytes) return false
      const frameBytes = frameHeaderBytes + header.readUInt32BE(pageSizeAt)
      const lastFrame = Math.max(0, Math.floor((bytes - headerBytes) / frameBytes) - 1)
      const at = headerBytes + lastFrame * frameBytes + frameSaltsAt
      return (
        readSync(fd, salts, 0, saltsBytes, at) === saltsBytes &&
        salts.equals(header.subarray(saltsAt, saltsAt + saltsBytes))
      )
    },
    close() {
      if (fd !== undefined) closeSync(fd)
      fd = undefined
    },
  }
}

function openIfThere(file: string): number | undefined {
  try {
    return openSync(file, 'r')
  } catch {
    return undefined
  }
}
