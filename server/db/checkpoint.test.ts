import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkpoints, walBytes, walBytesMax } from './checkpoint'
import { DbError, type DbErrorKind } from './connection'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tokenim-checkpoint-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

/** Checkpoints of a file whose log has grown, on a disk that answers `kind`. */
function failing(kind: DbErrorKind) {
  const file = path.join(folder, 'tokenim.db')
  writeFileSync(`${file}-wal`, '')
  truncateSync(`${file}-wal`, walBytes * 2)
  let tries = 0
  const connection = {
    async all(): Promise<never> {
      tries += 1
      throw new DbError(kind, new Error('disk'))
    },
    close: () => undefined,
  }
  const atOnce = (work: () => Promise<void>) => work()
  const log = checkpoints(file, connection, { writers: atOnce, all: atOnce })
  const tried = async () => {
    await new Promise((resolve) => setImmediate(resolve))
    return tries
  }
  return { log, tried }
}

describe('checkpoints', () => {
  it('[F4] a checkpoint that could not write fails the next commit', async () => {
    const { log, tried } = failing('fatal')
    log.afterCommit()
    expect(await tried()).toBeGreaterThan(0)
    expect(() => log.afterCommit()).toThrow(expect.objectContaining({ kind: 'fatal' }) as Error)
    await log.close()
  })
  it.each(['full', 'again'] as const)(
    'one that met %s harms nothing: the log keeps what the file lacks',
    async (kind) => {
      const { log, tried } = failing(kind)
      log.afterCommit()
      expect(await tried()).toBeGreaterThan(0)
      expect(() => log.afterCommit()).not.toThrow()
      await log.close()
    },
  )
})
