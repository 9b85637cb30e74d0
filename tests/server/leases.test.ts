import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Db } from '../../server/db/connection'
import { leaseNode, nodesMax, type Lease } from '../../server/db/nodes'
import { idMaker, timeOfId } from '../../server/ids'
import { databases } from './databases'

const opened: { close(): unknown }[] = []
afterEach(async () => {
  for (const thing of opened.splice(0).reverse()) await thing.close()
})

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
    const db = await open()
    const dead = await lease(db, { leaseMs: 300, renewEveryMs: 60_000 })
    const lastOfDead = idMaker(dead, () => dead.untilMs() - 1)()
    const other = await lease(db)
    expect(other.node).not.toBe(dead.node)
    await new Promise((done) => setTimeout(done, 350))
    const heir = await lease(db)
    expect(heir.node).toBe(dead.node)
    const backwards = idMaker(heir, () => 0)()
    expect(backwards).toBeGreaterThan(lastOfDead)
    expect(timeOfId(backwards)).toBeGreaterThanOrEqual(dead.untilMs())
    expect(idMaker(dead, () => Date.now())).toThrow('not leased')
  })

  it('are kept by renewing, and one that lost its number is told and makes no more ids', async () => {
    const db = await open()
    const onLost = vi.fn()
    const mine = await lease(db, { leaseMs: 400, renewEveryMs: 50, onLost })
    const first = mine.untilMs()
    await vi.waitFor(() => expect(mine.untilMs()).toBeGreaterThan(first))
    await db.write(async (c) => c.run('UPDATE nodes SET token = ? WHERE id = ?', ['somebody', mine.node]))
    await vi.waitFor(() => expect(onLost).toHaveBeenCalledOnce())
    expect(idMaker(mine, () => Date.now())).toThrow('not leased')
  })
})
