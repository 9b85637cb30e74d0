import { describe, expect, it } from 'vitest'
import { checkpoints, walBytes, walBytesMax } from './checkpoint'
import { DbError, type DbErrorKind } from './connection'

/** Checkpoints of a file whose log has `bytes`, on a disk that answers `kind`; `steps` says what was done in which pause. */
function setUp({ bytes = walBytes * 2, kind }: { bytes?: number; kind?: DbErrorKind } = {}) {
  const wal = { reaches: (some: number) => some <= bytes, close: () => undefined }
  const steps: string[] = []
  let held = ''
  const connection = {
    async all(sql: string) {
      steps.push(`${/\((\w+)\)/.exec(sql)?.[1] ?? sql}${held}`)
      if (kind) throw new DbError(kind, new Error('disk'))
      return []
    },
    close: () => undefined,
  }
  const holding = (who: string) => async (work: () => Promise<void>) => {
    held = ` without ${who}`
    await work()
    held = ''
  }
  const log = checkpoints(wal, connection, { writers: holding('writers'), all: holding('anybody') })
  return { ...log, steps }
}
const soon = () => new Promise((resolve) => setImmediate(resolve))

describe('checkpoints', () => {
  it('brings the log over beside the writers, and the rest while they wait', async () => {
    const log = setUp()
    log.afterCommit()
    log.afterCommit()
    await soon()
    expect(log.steps).toEqual(['PASSIVE', 'PASSIVE without writers'])
    await log.close()
  })
  it('leaves a small log alone', async () => {
    const log = setUp({ bytes: walBytes - 1 })
    log.afterCommit()
    await soon()
    expect(log.steps).toEqual([])
    await log.close()
  })
  it('empties a log that readers keep from ending', async () => {
    const log = setUp({ bytes: walBytesMax + 1 })
    log.afterCommit()
    await soon()
    expect(log.steps.at(-1)).toBe('TRUNCATE without anybody')
    await log.close()
  })
  it('[F4] a checkpoint that could not write fails the next commit', async () => {
    const log = setUp({ kind: 'fatal' })
    log.afterCommit()
    await soon()
    expect(() => log.afterCommit()).toThrow(expect.objectContaining({ kind: 'fatal' }) as Error)
    await log.close()
  })
  it.each(['full', 'again'] as const)(
    'one that met %s harms nothing: the log keeps what the file lacks',
    async (kind) => {
      const log = setUp({ kind })
      log.afterCommit()
      await soon()
      expect(() => log.afterCommit()).not.toThrow()
      await log.close()
    },
  )
})
