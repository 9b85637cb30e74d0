/** Loss of power: the disk forgets whatever no fsync had covered, and keeps random pieces of it. Also fsyncs that fail. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Database from 'libsql'
import { afterAll, describe, expect, it } from 'vitest'
import { History, nothingBroken, readLines, ticks, type Verdict } from '../history'
import { launchServer, type LaunchedServer } from '../server/launch'
import { Dice } from '../sim/dice'
import { buildServer, type Planted } from './built-server'
import { waitFor } from './load'
import type { Forgotten } from './power/disk'
import { buildPowerShim } from './power/shim'
import { startTalks, type Talks, type TalksOptions } from './talks'

const long = process.env.TOKENIM_FAULTS === 'long'
const losses = long ? 100 : 15
const failures = long ? 20 : 4
const seed = Number(process.env.TOKENIM_FAULTS_SEED ?? Date.now() % 1_000_000)
const firstStarts = long ? 60 : 6
const acksPerLoss = 200
/** Two losses in five. */
const isInCheckpoint = (loss: number): boolean => loss % 5 < 2
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** With a small log checkpoints are frequent: in the time of this test hardly one would fall into a loss of power. */
const smallLog: Planted = {
  file: 'server/db/checkpoint.ts',
  texts: [['walBytes = 16 * 1024 * 1024', 'walBytes = 512 * 1024']],
}
const bugs = {
  normal: {
    file: 'server/db/sqlite-connection.ts',
    texts: [
      [`'OFF' : 'FULL'`, `'OFF' : 'NORMAL'`],
      ['unsafeDurability ? 0 : 2', 'unsafeDurability ? 0 : 1'],
    ],
  },
  swallowed: {
    file: 'server/db/sqlite-error.ts',
    texts: [[`'SQLITE_IOERR', 'fatal'`, `'SQLITE_IOERR', 'down'`]],
  },
} satisfies Record<string, Planted>

const shim = buildPowerShim()
afterAll(() => shim.remove())

interface Stage {
  server: LaunchedServer
  history: History
  dice: Dice
  talks: Talks
}
/** A server under the shim, with people who talk. */
async function onStage<T>(
  options: { planted?: Planted } & Pick<TalksOptions, 'blind'>,
  play: (stage: Stage) => Promise<T>,
): Promise<T> {
  const built = await buildServer(options.planted)
  const history = new History()
  const env = { RATE_LIMIT_FACTOR: '100000', ...shim.env }
  const server = await launchServer(undefined, { entry: built.entry, env })
  let talks: Talks | undefined
  try {
    talks = await startTalks({
      ...{ url: () => server.url, history, pairs: 3, inFlight: 16, name: 'power' },
      blind: options.blind ?? false,
      // Accounts and friendships are on disk for good, whatever comes: what is lost are messages.
      beforeTalk: async () => {
        await server.terminate()
        expect(shim.unexplained(server.dataDir)).toEqual([])
        await server.restart()
      },
    })
    return await play({ server, history, talks, dice: new Dice(seed) })
  } finally {
    await talks?.abandon()
    await server.stop()
    history.remove()
    built.remove()
    shim.forget()
  }
}

interface Loss extends Forgotten {
  integrity: string
}
/**
 * Takes the power under load, at a random moment or in the middle of a checkpoint. Gives what the disk forgot, and what
 * SQLite says of the rest.
 */
async function losePower({ server, history, dice, talks }: Stage, inCheckpoint: boolean): Promise<Loss> {
  const goal = history.acks + acksPerLoss
  while (history.acks < goal) await pause(2)
  if (inCheckpoint) {
    const { pid } = server
    shim.dieInCheckpoint(dice.between(1, 12))
    await waitFor('the end in a checkpoint', 60_000, () => !isRunning(pid))
  } else await pause(dice.between(0, 300))
  await server.kill9()
  const forgotten = shim.cutPower(server.dataDir, dice)
  const integrity = integrityOf(path.join(server.dataDir, 'tokenim.db'))
  await server.restart()
  talks.wake()
  return { ...forgotten, integrity }
}

/** Asked of a copy, so that the server itself has to recover. */
function integrityOf(file: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'tokenim-copy-'))
  try {
    const copy = path.join(folder, 'tokenim.db')
    for (const end of ['', '-wal']) cpSync(`${file}${end}`, `${copy}${end}`)
    const db = new Database(copy)
    const rows = db.prepare('PRAGMA integrity_check').all() as { integrity_check: string }[]
    db.close()
    return rows.map((row) => row.integrity_check).join()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

describe('loss of power on sqlite', () => {
  it(
    `[D10] [F4] [D1] [S2] loses nothing that was acked in ${losses} losses of power`,
    { timeout: 120_000 + losses * 30_000 },
    () =>
      onStage({ planted: smallLog }, async (stage) => {
        const seen: Loss[] = []
        for (let loss = 0; loss < losses; loss++) seen.push(await losePower(stage, isInCheckpoint(loss)))
        const verdict = await stage.talks.finish()
        const sum = (key: keyof Forgotten) => seen.reduce((all, one) => all + one[key], 0)
        const inCheckpoints = seen.filter((_, loss) => isInCheckpoint(loss)).length
        console.log(
          `loss of power on sqlite (seed ${seed}): ${losses} losses, ${inCheckpoints} in a checkpoint, ${verdict.acked} acked;`,
          `of ${sum('unsynced')} changes without one ${sum('lost')} were lost, ${sum('torn')} of them torn;`,
          JSON.stringify(verdict.broken),
        )
        expect(seen.map(({ integrity }) => integrity)).toEqual(seen.map(() => 'ok'))
        expect(sum('lost')).toBeGreaterThan(0)
        expect(verdict).toMatchObject({ broken: nothingBroken, examples: [] })
        expect(verdict.acked).toBeGreaterThanOrEqual(losses * acksPerLoss)
      }),
  )

  it('[D10] starts again after the power went right after the first start', async () => {
    const built = await buildServer()
    try {
      for (let n = 0; n < firstStarts; n++) {
        const server = await launchServer(undefined, { entry: built.entry, env: shim.env })
        try {
          await server.kill9()
          shim.cutPower(server.dataDir, new Dice(seed + n))
          await server.restart()
        } finally {
          await server.stop()
          shim.forget()
        }
      }
    } finally {
      built.remove()
    }
  })

  it('[D1] would lose acked messages with synchronous=NORMAL', () =>
    onStage({ planted: bugs.normal, blind: true }, async (stage) => {
      // A checkpoint syncs the log first, and little would be lost.
      for (let loss = 0; loss < 3; loss++) await losePower(stage, false)
      const verdict = await stage.talks.finish()
      console.log(
        `loss of power with synchronous=NORMAL: ${verdict.broken.lost} of ${verdict.acked} acked lost`,
      )
      expect(verdict.broken.lost).toBeGreaterThan(0)
    }))
})

interface FailedSync {
  /** From the failed sync to the end of the process; undefined: it went on. */
  exitedMs: number | undefined
  code: number | null
  /** Sent after the failed sync, and acked by the same process. */
  ackedAfter: number
}
/** Lets an fsync fail under load, waits for the server to end, takes the power, and starts it again. */
async function failSync({ server, history, dice, talks }: Stage): Promise<FailedSync> {
  const goal = history.acks + 100
  while (history.acks < goal) await pause(2)
  await pause(dice.between(0, 100))
  const { pid } = server
  shim.failNextSync()
  const failedAt = await within(10_000, () => shim.failedAt())
  const endedAt = await within(3_000, () => (isRunning(pid) ? undefined : ticks()))
  await server.kill9()
  const code = await server.terminate()
  history.flush()
  const ackedAfter = failedAt === undefined ? NaN : await acksOfLaterSends(history, failedAt)
  shim.cutPower(server.dataDir, dice)
  await server.restart()
  talks.wake()
  return { exitedMs: failedAt && endedAt && (endedAt - failedAt) / 1000, code, ackedAfter }
}

async function within<T>(ms: number, look: () => T | undefined): Promise<T | undefined> {
  for (const end = performance.now() + ms; performance.now() < end; await pause(5)) {
    const value = look()
    if (value !== undefined) return value
  }
  return undefined
}
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function acksOfLaterSends(history: History, since: number): Promise<number> {
  const later = new Set<string>()
  let acks = 0
  for await (const line of readLines([history.file])) {
    if (line.op !== 'send' || line.t < since) continue
    if (line.status === 'invoke') later.add(line.cid)
    else if (line.status === 'ok' && later.has(line.cid)) acks++
  }
  return acks
}

describe('an fsync that fails', () => {
  it(`[D11] [F4] ends the process, ${failures} times, and nothing that was acked is lost`, () =>
    onStage({}, async (stage) => {
      const seen: FailedSync[] = []
      for (let n = 0; n < failures; n++) seen.push(await failSync(stage))
      const verdict: Verdict = await stage.talks.finish()
      console.log(
        `failed fsync: ${JSON.stringify(seen)}, ${verdict.acked} acked, ${JSON.stringify(verdict.broken)}`,
      )
      for (const one of seen) {
        expect(one).toMatchObject({ code: 1, ackedAfter: 0 })
        expect(one.exitedMs).toBeLessThan(2_000)
      }
      expect(verdict).toMatchObject({ broken: nothingBroken, examples: [] })
    }))

  it('[D11] is noticed when a server swallows it', () =>
    onStage({ planted: bugs.swallowed, blind: true }, async (stage) => {
      const seen = await failSync(stage)
      console.log(`swallowed fsync: ${JSON.stringify(seen)}`)
      expect(seen.exitedMs).toBeUndefined()
      expect(seen.ackedAfter).toBeGreaterThan(0)
    }))
})
