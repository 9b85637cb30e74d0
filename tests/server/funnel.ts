/** The real funnel over the notes of notes.ts, with what it published and logged kept to be looked at. */
import { randomBytes } from 'node:crypto'
import { sync as syncOps } from '../../protocol/sync'
import { createCommit, type Commit, type CommitOptions } from '../../server/commit'
import type { Connection, Db } from '../../server/db/connection'
import { createDispatch, type Funnel } from '../../server/dispatch'
import type { Tools, UserCaller } from '../../server/handle'
import { idMaker } from '../../server/ids'
import { memoryLimiter } from '../../server/limiter'
import type { Change } from '../../server/sync/changes'
import type { Notice } from '../../server/sync/deliver'
import type { Publisher, Sync } from '../../server/sync'
import { noteHandlers, noteOps, type NoteInput, type What } from './notes'

export const tools: Tools = {
  now: Date.now,
  token: (bytes) => randomBytes(bytes).toString('base64url'),
}
export const alice: UserCaller = { kind: 'user', userId: 7, sessionId: 70, address: '127.0.0.1' }

let clientIds = 0
export const note = (streams: number[], what: What = 'ok', rest: Partial<NoteInput> = {}): NoteInput => ({
  ...{ clientId: `client-${++clientIds}`, streams, text: 'x', what },
  ...rest,
})

export interface TestFunnel extends Funnel {
  commit: Commit
  changes: Change[]
  notices: Notice[]
  logged: object[]
  fatal: unknown[]
  /** Calls as `alice`. */
  call(op: string, input: unknown): ReturnType<Funnel['dispatch']>
}

let nodes = 0
/** Ids of one node; each funnel of a test is another one. */
export function testIds(): () => number {
  const node = nodes++ % 32
  return idMaker({ node, fromMs: 0, untilMs: () => Number.MAX_SAFE_INTEGER }, Date.now)
}

export function testFunnel(
  db: Db,
  sync?: Pick<Sync, 'publisher' | 'handlers'>,
  options?: Pick<CommitOptions, 'single'>,
): TestFunnel {
  const changes: Change[] = []
  const notices: Notice[] = []
  const logged: object[] = []
  const fatal: unknown[] = []
  const log = {
    warn: (fields: object) => void logged.push(fields),
    error: (fields: object) => void logged.push(fields),
  }
  const kept: Publisher = {
    committed(c, n) {
      changes.push(...c)
      notices.push(...n)
      sync?.publisher.committed(c, n)
    },
    heard: async () => undefined,
    follows: () => undefined,
    sweep: () => undefined,
    idle: async () => undefined,
  }
  const commit = createCommit({
    ...{ db, tools, newId: testIds(), publisher: kept, log, ...options },
    onFatal: (error) => void fatal.push(error),
  })
  const funnel = createDispatch({
    ...{ ops: sync ? { ...syncOps, ...noteOps } : noteOps, commit, db, tools, log },
    handlers: { ...sync?.handlers, ...noteHandlers },
    limiter: memoryLimiter(),
    checkOutput: true,
  })
  const call = (op: string, input: unknown) => funnel.dispatch({ op, input, caller: alice })
  return { ...funnel, commit, changes, notices, logged, fatal, call }
}

/** A database whose write transactions `around` may hold up or fail. */
export const withWrites = (
  db: Db,
  around: <T>(work: (connection: Connection) => Promise<T>, write: Db['write']) => Promise<T>,
): Db => ({ ...db, write: (work) => around(work, db.write) })

/** Opens by hand. */
export function gate() {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { open, opened }
}
