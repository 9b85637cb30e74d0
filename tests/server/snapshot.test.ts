/** A page of changes is of one moment, whatever is committed while it is read (Y2). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Output } from '../../protocol'
import { memoryHub } from '../../server/bus/memory'
import type { Connection, Db } from '../../server/db/connection'
import { databases } from './databases'
import { note, testFunnel } from './funnel'
import { streamsOf, testNode } from './node'
import { clearNotes, makeNotes } from './notes'

const [ann, talk] = [7, 101]

/** Reads of which every statement is followed by a commit of somebody else. */
function disturbed(db: Db, disturb: () => Promise<unknown>): Db {
  const slow = (connection: Connection): Connection =>
    new Proxy(connection, {
      get(target, key: keyof Connection) {
        const own: unknown = target[key]
        if (typeof own !== 'function') return own
        return async (...args: unknown[]): Promise<unknown> => {
          const rows = (await own.apply(target, args)) as unknown
          await disturb()
          return rows
        }
      },
    })
  return { ...db, read: (work) => db.read((c) => work(slow(c))) }
}

describe.each(databases)('snapshots on $name', ({ open }) => {
  let db: Db
  beforeAll(async () => {
    db = await open()
    await makeNotes(db)
    await clearNotes(db, [ann, talk])
  })
  afterAll(() => db.close())

  it('[Y2] a pull holds nothing of what is committed while it reads', async () => {
    const elsewhere = testFunnel(db)
    let commits = 0
    const write = async () => {
      commits += 1
      expect(await elsewhere.call('notes.writeMany', note([talk]))).toMatchObject({ ok: true })
    }
    for (let n = 0; n < 5; n++) await write()
    const node = testNode(disturbed(db, write), streamsOf(new Map([[talk, [ann]]])), memoryHub().join())
    const before = commits
    const answer = await node.callAs(ann, 'sync.pull', { stream: talk, since: 2 })
    if (!answer.ok) throw new Error(answer.error.code)
    const page = answer.value as Output<'sync.pull'>
    expect(commits).toBeGreaterThan(before + 1)
    expect([page.more, page.to]).toEqual([false, page.head])
    expect(page.rows.map(({ v }) => v)).toEqual(Array.from({ length: page.head - 2 }, (_, i) => i + 3))
  })
})
