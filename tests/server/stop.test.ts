import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Db } from '../../server/db/connection'
import { databases } from './databases'
import { gate, note, testFunnel, withWrites } from './funnel'
import { clearNotes, makeNotes, notesOf } from './notes'

describe.each(databases)('a stop on $name', ({ open }) => {
  let db: Db
  beforeAll(async () => {
    db = await open()
    await makeNotes(db)
    await clearNotes(db, [11])
  })
  afterAll(() => db.close())

  it('[F11] what is written when a stop begins is answered before it ends', async () => {
    const disk = gate()
    const held = withWrites(db, async (work, write) => {
      await disk.opened
      return write(work)
    })
    const { call, commit } = testFunnel(held)
    const told: string[] = []
    const answers = [1, 2, 3].map(() =>
      call('notes.write', note([11])).then(({ ok }) => told.push(ok ? 'answer' : 'refusal')),
    )
    await new Promise((resolve) => setTimeout(resolve, 20))
    const closed = commit.close().then(() => told.push('closed'))
    expect(await call('notes.write', note([11]))).toEqual({ ok: false, error: { code: 'draining' } })
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(told).toEqual([])
    disk.open()
    await Promise.all([closed, ...answers])
    expect(told).toEqual(['answer', 'answer', 'answer', 'closed'])
    expect(await db.read((c) => notesOf(c, 11))).toHaveLength(3)
  })
})
