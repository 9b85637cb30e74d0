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

function nodeOn(db: Db, lease: Lease) {
  const log = { warn: () => undefined, error: () => undefined }
  const newId = idMaker(lease, lease.now)
  const commit = createCommit({ db, tools, newId, publisher: silent, log, onFatal: () => undefined })
  const limiter = memoryLimiter()
  const funnel = createDispatch({ ops: noteOps, handlers: noteHandlers, commit, db, tools, limiter, log })
  return () => funnel.dispatch({ op: 'notes.write', input: note([11]), caller: alice })
}

describe.each(databases)('[D6] [D8] a node that wakes after its lease on $name', (kind) => {
  it('commits nothing, also when another has its number; the other writes on', async () => {
    const db = await kind.open()
    opened.push(db)
    await makeNotes(db)
    await clearNotes(db, [11])
    const leaseOf = async (options: object) => {
      const lease = await leaseNode(db, options)
      opened.push(lease)
      return lease
    }
    const asleep = await leaseOf({ leaseMs: 3_000, renewEveryMs: 60_000 })
    const writeAsleep = nodeOn(db, asleep)
    expect(await writeAsleep()).toMatchObject({ ok: true })
    while (asleep.now() < asleep.untilMs()) await new Promise((resolve) => setTimeout(resolve, 20))
    const refused = { ok: false, error: { code: 'unavailable' } }
    expect(await writeAsleep()).toEqual(refused)
    const heir = await leaseOf({})
    expect(heir.node).toBe(asleep.node)
    expect(await writeAsleep()).toEqual(refused)
    expect(await nodeOn(db, heir)()).toMatchObject({ ok: true })
    expect(await writeAsleep()).toEqual(refused)
    expect(await db.read(async (c) => notesOf(c, 11))).toHaveLength(2)
    const ids = await db.read(async (c) => c.all<{ id: number }>('SELECT id FROM changes'))
    expect(new Set(ids.map(({ id }) => id)).size).toBe(2)
  })
})
