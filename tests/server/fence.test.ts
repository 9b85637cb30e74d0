/** A node that slept past its lease, as its writes meet it: real commits on each database, renewals that never come. */
import { afterEach, describe, expect, it } from 'vitest'
import { createCommit } from '../../server/commit'
import type { Db } from '../../server/db/connection'
import { leaseNode, type Lease } from '../../server/db/nodes'
import { createDispatch } from '../../server/dispatch'
import { idMaker } from '../../server/ids'
import { memoryLimiter } from '../../server/limiter'
import type { Publisher } from '../../server/sync'
import { databases } from './databases'
import { alice, note, tools } from './funnel'
import { clearNotes, makeNotes, noteHandlers, noteOps, notesOf } from './notes'

const opened: { close(): unknown }[] = []
afterEach(async () => {
  for (const thing of opened.splice(0).reverse()) await thing.close()
})

const silent: Publisher = {
  committed: () => undefined,
  heard: async () => undefined,
  follows: () => undefined,
  sweep: () => undefined,
  idle: async () => undefined,
}

function nodeOn(db: Db, lease: Lease, now: () => number) {
  const log = { warn: () => undefined, error: () => undefined }
  const newId = idMaker(lease, now)
  const commit = createCommit({ db, tools, newId, publisher: silent, log, onFatal: () => undefined })
  const limiter = memoryLimiter()
  const funnel = createDispatch({ ops: noteOps, handlers: noteHandlers, commit, db, tools, limiter, log })
  return () => funnel.dispatch({ op: 'notes.write', input: note([11]), caller: alice })
}

describe.each(databases)('[D6] [D8] a node that wakes after its lease on $name', (kind) => {
  it('commits nothing, also when another has its number; the other writes on', async () => {
    let time = Date.now()
    const now = () => time
    const db: Db = { ...(await kind.open()), now: async () => time }
    opened.push(db)
    await makeNotes(db)
    await clearNotes(db, [11])
    const leaseOf = async (options: object) => {
      const lease = await leaseNode(db, options)
      opened.push(lease)
      return lease
    }
    const asleep = await leaseOf({ renewEveryMs: 2 ** 30 })
    const writeAsleep = nodeOn(db, asleep, now)
    expect(await writeAsleep()).toMatchObject({ ok: true })
    time = asleep.untilMs()
    const refused = { ok: false, error: { code: 'unavailable' } }
    expect(await writeAsleep()).toEqual(refused)
    const heir = await leaseOf({})
    expect(heir.node).toBe(asleep.node)
    expect(await writeAsleep()).toEqual(refused)
    expect(await nodeOn(db, heir, now)()).toMatchObject({ ok: true })
    expect(await writeAsleep()).toEqual(refused)
    expect(await db.read(async (c) => notesOf(c, 11))).toHaveLength(2)
    const ids = await db.read(async (c) => c.all<{ id: number }>('SELECT id FROM changes'))
    expect(new Set(ids.map(({ id }) => id)).size).toBe(2)
  })
})
