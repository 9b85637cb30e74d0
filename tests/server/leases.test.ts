import { afterEach, describe, expect, it, vi } from 'vitest'
import { DbError, type Db, type DbErrorKind } from '../../server/db/connection'
import { leaseNode, nodesMax, type Lease } from '../../server/db/nodes'
import { idMaker, timeOfId } from '../../server/ids'
import { leaseIds } from '../../server/lease-ids'
import { newestChange, readChanges, recordChanges } from '../../server/sync/changes'
import { databases } from './databases'

const opened: { close(): unknown }[] = []
afterEach(async () => {
  for (const thing of opened.splice(0).reverse()) await thing.close()
})

function refusalOf(make: () => number): DbErrorKind | undefined {
  try {
    make()
    return undefined
  } catch (error) {
    if (error instanceof DbError) return error.kind
    throw error
  }
}

describe.each(databases)('[D6] node numbers on $name', (kind) => {
  const open = async () => {
    const db = await kind.open()
    opened.push(db)
    return db
  }
  const lease = async (db: Db, options = {}): Promise<Lease> => {
    const made = await leaseNode(db, options)
    opened.push(made)
    return made
  }

  it('are given once each, also to nodes that start together, and 33 are too many', async () => {
    const db = await open()
    const leases = await Promise.all(Array.from({ length: nodesMax }, () => lease(db)))
    expect(new Set(leases.map(({ node }) => node)).size).toBe(nodesMax)
    await expect(lease(db)).rejects.toThrow('all 32 node numbers are leased')
  })

  it('go to another node when their lease has run out, which makes only later ids', async () => {
    const { mood, db } = await moody()
    const dead = await lease(db, { leaseMs: 300, renewEveryMs: 60_000 })
    const lastOfDead = idMaker(dead, () => dead.untilMs() - 1)()
    const other = await lease(db)
    expect(other.node).not.toBe(dead.node)
    mood.clock += 350
    const heir = await lease(db)
    expect(heir.node).toBe(dead.node)
    const backwards = idMaker(heir, () => 0)()
    expect(backwards).toBeGreaterThan(lastOfDead)
    expect(timeOfId(backwards)).toBeGreaterThanOrEqual(dead.untilMs())
    expect(idMaker(dead, () => mood.clock)).toThrow('database: down')
  })

  it('are kept by renewing, and one that lost its number is told and makes no more ids', async () => {
    const db = await open()
    const onLost = vi.fn()
    const mine = await lease(db, { renewEveryMs: 10, onLost })
    const first = mine.untilMs()
    await expect.poll(() => mine.untilMs()).toBeGreaterThan(first)
    await db.write(async (c) => c.run('UPDATE nodes SET token = ? WHERE id = ?', ['somebody', mine.node]))
    await expect.poll(() => onLost).toHaveBeenCalledOnce()
    expect(idMaker(mine, () => Date.now())).toThrow('database: down')
  })

  /** A database whose clock and writes are told what to do; SQLite's is the machine's. */
  const moody = async () => {
    const mood: { clock: number; refuses?: DbErrorKind | undefined; meanwhile?: () => void } = {
      clock: Date.now(),
    }
    const db = await open()
    const write: Db['write'] = async (work) => {
      if (mood.refuses) throw new DbError(mood.refuses, new Error('in a mood'))
      mood.meanwhile?.()
      return db.write(work)
    }
    return { mood, db: { ...db, write, now: async () => mood.clock } }
  }
  const day = 24 * 3600_000

  it.each([3 * day, -3600_000])("go on when the database's clock jumps by %s ms, and back", async (jump) => {
    const { mood, db } = await moody()
    const mine = await lease(db)
    const make = idMaker(mine, mine.now)
    const ids = [make()]
    // A renewal is not there before its commit.
    mood.meanwhile = () => void ids.push(make())
    for (const by of [jump, -jump, jump]) {
      mood.clock += by
      ids.push(make())
      await mine.renew()
      ids.push(make())
    }
    expect(ids).toEqual([...ids].sort((a, b) => a - b))
    expect(new Set(ids).size).toBe(ids.length)
  })

  it("[D13] begin above the newest id, and go on above it, when the database's clock was ahead and came back", async () => {
    const { mood, db } = await moody()
    const [ahead, behind] = [await leaseIds(db), await leaseIds(db)]
    opened.push(ahead.lease, behind.lease)
    mood.clock += day
    await ahead.lease.renew()
    let version = 0
    const change = ({ newId }: typeof ahead) =>
      db.write((c) => recordChanges(c, [{ stream: 7, from: version, to: ++version, rows: [] }], newId))
    await change(ahead)
    const newest = await db.read(newestChange)
    mood.clock -= day
    const later = await leaseIds(db)
    opened.push(later.lease)
    await behind.lease.renew()
    for (const ids of [behind, later]) {
      await change(ids)
      expect((await db.read((c) => readChanges(c, newest))).reached).toEqual([{ stream: 7, version }])
      expect(ids.newId()).toBeGreaterThan(newest)
    }
    expect(new Set([ahead, behind, later].map(({ lease }) => lease.node)).size).toBe(3)
  })

  it('[D13] that were leased while the clock was ahead are free again when that time has gone on', async () => {
    const { mood, db } = await moody()
    mood.clock += day
    const [dead, alive] = [await leaseIds(db), await leaseIds(db)]
    opened.push(dead.lease, alive.lease)
    mood.clock += 31_000
    await alive.lease.renew()
    await db.write((c) => recordChanges(c, [{ stream: 7, from: 0, to: 1, rows: [] }], alive.newId))
    mood.clock -= day
    const heir = await leaseIds(db)
    opened.push(heir.lease)
    expect(heir.lease.node).toBe(dead.lease.node)
    expect(heir.newId()).toBeGreaterThan(dead.newId())
  })

  it('are not leased for less than they were, so that an heir makes only later ids', async () => {
    const { mood, db } = await moody()
    const mine = await lease(db)
    const last = idMaker(mine, () => mine.untilMs() - 1)()
    mood.clock -= 3600_000
    await mine.renew()
    mine.close()
    mood.clock += 3600_000 + 60_000
    const heir = await lease(db)
    expect(heir.node).toBe(mine.node)
    expect(idMaker(heir, () => 0)()).toBeGreaterThan(last)
  })

  it('[F4] that the disk did not take end the process: what it confirms later may be lost as well', async () => {
    const { mood, db } = await moody()
    const onLost = vi.fn()
    await lease(db, { renewEveryMs: 10, onLost })
    mood.refuses = 'fatal'
    await expect.poll(() => onLost).toHaveBeenCalledWith(expect.objectContaining({ kind: 'fatal' }))
  })

  it.each(['full', 'down'] as const)(
    '[D8] that could not be renewed in time refuse as the database did (%s), until they are',
    async (refuses) => {
      const { mood, db } = await moody()
      const mine = await lease(db, { renewEveryMs: 20, retryEveryMs: 20 })
      let now = 0
      const make = idMaker(mine, () => now)
      const first = make()
      mood.refuses = refuses
      now = mine.untilMs() + 30_000
      await expect.poll(() => refusalOf(make)).toBe(refuses)
      mood.refuses = undefined
      mood.clock = now
      await expect.poll(() => refusalOf(make)).toBeUndefined()
      expect(make()).toBeGreaterThan(first)
    },
  )
})
