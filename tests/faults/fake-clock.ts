/** A wall clock that jumps under a process which runs (libfaketime). What counts elapsed time is left as it is. */
import { mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { waitFor } from './load'

export interface FakeClock {
  /** For the process, from its start. */
  readonly env: Record<string, string>
  /** Milliseconds that it is ahead of the true one. */
  readonly aheadMs: number
  /** Resolves when the server that listens there tells the new time. */
  set(aheadMs: number, url: string): Promise<void>
  remove(): void
}

/** It starts right. Throws Error when libfaketime is not installed. */
export function fakeClock(): FakeClock {
  const folder = mkdtempSync(path.join(tmpdir(), 'tokenim-clock-'))
  const file = path.join(folder, 'offset')
  // By its name, at once: the process may read it at any moment, and an empty file is the true time.
  const write = (aheadMs: number) => {
    writeFileSync(`${file}.new`, `${aheadMs < 0 ? '' : '+'}${aheadMs / 1000}\n`)
    renameSync(`${file}.new`, file)
  }
  let now = 0
  write(now)
  return {
    env: {
      LD_PRELOAD: library(),
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_CACHE_DURATION: '1',
      DONT_FAKE_MONOTONIC: '1',
    },
    get aheadMs() {
      return now
    },
    async set(aheadMs, url) {
      now = aheadMs
      write(aheadMs)
      await waitFor(
        'the clock to jump',
        10_000,
        async () => Math.abs((await timeOf(url)) - Date.now() - aheadMs) < 5_000,
      )
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** What the server says when it is. */
async function timeOf(url: string): Promise<number> {
  const { headers } = await fetch(`${url}/healthz`)
  return Date.parse(headers.get('date') ?? '')
}

function library(): string {
  for (const folder of readdirSync('/usr/lib'))
    try {
      const libraries = path.join('/usr/lib', folder, 'faketime')
      const found = readdirSync(libraries).find((name) => name.startsWith('libfaketimeMT.so'))
      if (found) return path.join(libraries, found)
    } catch {
      // Not in this folder.
    }
  throw new Error('libfaketime is not installed: apt-get install faketime')
}
