import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Output } from '../../protocol'
import { limits } from '../../protocol/limits'
import { digestOf } from '../../protocol/wire'
import { memoryHub } from '../../server/bus/memory'
import type { Db } from '../../server/db/connection'
import { newestChange, pruneChanges } from '../../server/sync/changes'
import { databases } from './databases'
import { note, testFunnel } from './funnel'
import { Phone, streamsOf, testNode, type Members, type Node } from './node'
import { clearNotes, makeNotes, noteRow, notesOf } from './notes'

const [ann, bob, eve] = [7, 8, 9]
const [talk, other] = [101, 102]

describe.each(databases)('sync on $name', ({ open }) => {
  let db: Db
  let members: Members
  let node: Node
  beforeAll(async () => {
    db = await open()
    await makeNotes(db)
  })
  beforeEach(async () => {
    await clearNotes(db, [ann, bob, eve, talk, other])
    members = new Map([
      [talk, [ann, bob]],
      [other, [bob]],
    ])
    node = testNode(db, streamsOf(members), memoryHub().join())
  })
  // A phone may still pull when its test has seen enough.
  afterEach(() => Promise.all([...node.phones].map((phone) => phone.settled())))
  afterAll(() => db.close())

  const write = (streams: number[], rest = {}) => node.call('notes.writeMany', note(streams, 'ok', rest))
  const truth = async (stream: number) =>
    (await db.read((c) => notesOf(c, stream)))
      .sort((a, b) => a.slot - b.slot)
      .map(({ slot, version, note: text }) => [slot, version, text])
  const pull = async (user: number, stream: number, since: number, limit?: number) => {
    const result = await node.callAs(user, 'sync.pull', { stream, since, ...(limit ? { limit } : {}) })
    return (result.ok ? result.value : result.error.code) as Output<'sync.pull'>
  }
  const many = (count: number, streams: number[], rest = {}) =>
    Promise.all(Array.from({ length: count }, () => write(streams, rest)))

  it('[Y2] [Y3] pages cut anywhere, with writes between them, give the same mirror', async () => {
    const step = fc.oneof(
      fc.record({ slot: fc.integer({ min: 1, max: 6 }), text: fc.string({ minLength: 1, maxLength: 3 }) }),
      fc.record({ limit: fc.integer({ min: 1, max: 4 }) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        await clearNotes(db, [ann, talk])
        await write([ann], { slot: 1 })
        const mirror = new Map<number, number>()
        let since = 0
        const next = async (limit: number) => {
          const page = await pull(ann, ann, since, limit)
          expect(page.rows.length).toBeLessThanOrEqual(limit)
          expect(page.rows.map(({ v }) => v)).toEqual(page.rows.map(({ v }) => v).sort((a, b) => a - b))
          expect(page.from).toBe(since)
          expect(page.more).toBe(page.to < page.head)
          for (const row of page.rows)
            if (row.k === 'message') mirror.set(row.seq, Math.max(row.v, mirror.get(row.seq) ?? 0))
          since = page.to
          return page.more
        }
        for (const s of steps) await ('limit' in s ? next(s.limit) : write([ann], s))
        while (await next(3));
        const rows = await truth(ann)
        expect([...mirror].sort(([a], [b]) => a - b)).toEqual(rows.map(([slot, v]) => [slot, v]))
      }),
      { numRuns: 25 },
    )
  })

  it('[W5] [Y2] pages are cut by bytes as well as rows', async () => {
    await many(40, [ann], { text: '汉'.repeat(5_000) })
    const sizes: number[] = []
    for (let since = 0, more = true; more;) {
      const page = await pull(ann, ann, since)
      sizes.push(Buffer.byteLength(JSON.stringify(page.rows)))
      ;({ to: since, more } = page)
    }
    expect(Math.max(...sizes)).toBeLessThanOrEqual(limits.pageBytesMax + 2)
    expect(sizes.length).toBeGreaterThanOrEqual(4)
    expect(sizes.length).toBeLessThanOrEqual(5)
  })

  it('[Y6] a conversation is reset from 0, from beyond the head and over a wide gap, and only then', async () => {
    await many(limits.gapVersionsMax + 10, [talk])
    const head = limits.gapVersionsMax + 10
    for (const since of [0, 9, head + 1]) {
      const page = await pull(ann, talk, since)
      expect(page).toMatchObject({ reset: true, from: 0, to: head, head, more: false })
      expect(page.rows.map(({ v }) => v)).toEqual(
        Array.from({ length: limits.windowMessages }, (_, i) => head - limits.windowMessages + 1 + i),
      )
    }
    expect(await pull(ann, talk, 10)).toMatchObject({ reset: false, from: 10, to: 210, more: true })
    expect(await pull(ann, talk, head)).toMatchObject({ reset: false, to: head, more: false, rows: [] })
  })

  it('[Y6] [W5] a reset that is too long leaves its oldest messages to history', async () => {
    await many(60, [talk], { text: '汉'.repeat(5_000) })
    const { rows, reset, to, more } = await pull(ann, talk, 0)
    expect({ reset, to, more }).toEqual({ reset: true, to: 60, more: false })
    expect(Buffer.byteLength(JSON.stringify(rows))).toBeLessThanOrEqual(limits.pageBytesMax + 2)
    expect(rows.map(({ v }) => v)).toEqual(rows.map((_, i) => 60 - rows.length + 1 + i))
    expect(rows.length).toBeGreaterThan(10)
  })

  it('[Y6] a user stream is never cut: all of it follows, the first page marked', async () => {
    const count = limits.gapVersionsMax + 20
    await many(count, [ann])
    const first = await pull(ann, ann, 0)
    expect(first).toMatchObject({ reset: true, from: 0, to: 200, head: count, more: true })
    expect(await pull(ann, ann, 5)).toMatchObject({ reset: false, from: 5, to: 205, more: true })
    expect(await pull(ann, ann, count + 1)).toMatchObject({ reset: true, from: 0, to: 200 })
  })

  it('[V2] who is not in cannot pull, and does not learn whether there is something', async () => {
    await write([talk, other, bob])
    for (const stream of [other, bob, 999]) expect(await pull(ann, stream, 0)).toBe('notMember')
  })

  it('[Y8] heads: the own stream first, then conversations by their newest message, in pages', async () => {
    const streams = Array.from({ length: 450 }, (_, i) => 1_000 + i)
    await clearNotes(db, [ann, ...streams])
    for (const stream of streams) members.set(stream, [ann])
    members.delete(talk)
    await db.write(async (c) => {
      for (const stream of streams)
        await c.run('UPDATE heads SET version = ?, last_at = ? WHERE stream = ?', [
          stream * 2,
          Math.floor((stream * 7919) % 300),
          stream,
        ])
    })
    const heads: Output<'sync.heads'>['heads'] = []
    const sizes: number[] = []
    for (let cursor: string | null = null, first = true; first || cursor; first = false) {
      const result = await node.callAs(ann, 'sync.heads', cursor === null ? {} : { cursor })
      const page = (result.ok ? result.value : undefined) as Output<'sync.heads'>
      heads.push(...page.heads)
      sizes.push(page.heads.length)
      cursor = page.cursor
    }
    expect(sizes).toEqual([200, 200, 51])
    expect(heads[0]).toEqual({ stream: ann, version: 0 })
    const times = heads.slice(1).map(({ stream }) => (stream * 7919) % 300)
    expect(times).toEqual([...times].sort((a, b) => b - a))
    expect(
      heads
        .slice(1)
        .map(({ stream }) => stream)
        .sort(),
    ).toEqual(streams)
    expect(heads.every(({ stream, version }) => stream === ann || version === stream * 2)).toBe(true)
    const foreign = await node.callAs(ann, 'sync.heads', { cursor: 'x.y.z' })
    expect(foreign).toMatchObject({ ok: true })
    expect(await node.sync.digestFor(ann)).toBe(
      digestOf(heads.map(({ stream, version }) => [stream, version])),
    )
  })

  it('[Y9] the digest moves with every open stream and with no other', async () => {
    const digest = () => node.sync.digestFor(ann)
    const before = await digest()
    await write([other])
    expect(await digest()).toBe(before)
    await write([talk])
    const after = await digest()
    expect(after).not.toBe(before)
    await write([ann])
    expect(await digest()).not.toBe(after)
    expect(await digest()).toBe(
      digestOf([
        [talk, 1],
        [ann, 1],
      ]),
    )
  })

  it('[Y4] [F4] frames of a stream leave in order, each beginning where the one before ended', async () => {
    const [annPhone, evePhone] = [new Phone(node, ann), new Phone(node, eve)]
    await annPhone.connect()
    await evePhone.connect()
    await Promise.all(
      Array.from({ length: 150 }, (_, i) => write([i % 4 ? talk : ann], { slot: (i % 7) + 1 })),
    )
    await node.sync.publisher.idle()
    await annPhone.settled()
    for (const stream of [talk, ann]) expect(annPhone.notes(stream)).toEqual(await truth(stream))
    expect(annPhone.pulls).toBe(0)
    expect(evePhone.texts).toEqual([])
  })

  it('[W5] [Y4] a change too long for one frame is cut between rows', async () => {
    const phone = new Phone(node, ann)
    await phone.connect()
    await many(60, [talk], { text: '汉'.repeat(5_000) })
    await node.sync.publisher.idle()
    expect(phone.texts.length).toBeGreaterThanOrEqual(4)
    const sizes = phone.texts.map((text) => Buffer.byteLength(text))
    expect(Math.max(...sizes)).toBeLessThanOrEqual(limits.frameOutBytesMax)
    expect(phone.pulls).toBe(0)
    expect(phone.notes(talk)).toEqual(await truth(talk))
  })

  it('[Y8] [Y7] nothing falls between connecting and live frames', async () => {
    const phones: Phone[] = []
    const connecting: Promise<void>[] = []
    for (let i = 0; i < 20; i++) {
      const phone = new Phone(node, i % 2 ? ann : bob)
      phones.push(phone)
      connecting.push(phone.connect())
      await Promise.all([write([talk], { slot: (i % 5) + 1 }), write([phone.user])])
    }
    await Promise.all(connecting)
    await node.sync.publisher.idle()
    for (const phone of phones) {
      await phone.settled()
      for (const stream of [talk, phone.user]) expect(phone.notes(stream)).toEqual(await truth(stream))
    }
  })

  it('[Y4] commits told out of order leave in order, and once', async () => {
    const phone = new Phone(node, ann)
    await phone.connect()
    await write([talk])
    await node.sync.publisher.idle()
    const elsewhere = testFunnel(db)
    for (let i = 0; i < 2; i++) await elsewhere.call('notes.writeMany', note([talk]))
    const [second, third] = elsewhere.changes
    node.sync.publisher.committed([third!], [])
    node.sync.publisher.committed([second!], [])
    await node.sync.publisher.idle()
    expect(phone.ranges(talk)).toEqual([
      [0, 1],
      [1, 3],
    ])
    expect([phone.pulls, phone.notes(talk)]).toEqual([0, await truth(talk)])
  })

  it('[Y4] [Y12] a change that the table of changes told of first is sent as it was made', async () => {
    const phone = new Phone(node, ann)
    await phone.connect()
    const writer = testFunnel(db)
    for (let i = 0; i < 2; i++) await writer.call('notes.writeMany', note([talk]))
    await node.sync.poll()
    node.sync.publisher.committed(writer.changes, [])
    await node.sync.publisher.idle()
    await phone.settled()
    expect(phone.ranges(talk)).toEqual([
      [2, 2],
      [0, 1],
      [1, 2],
    ])
    expect(phone.notes(talk)).toEqual(await truth(talk))
  })

  it('[Y12] a hint that promises too much does no harm', async () => {
    const phone = new Phone(node, ann)
    await phone.connect()
    await write([talk])
    await node.sync.publisher.heard({ stream: talk, version: 100 })
    await write([talk])
    await node.sync.publisher.idle()
    await phone.settled()
    expect(phone.notes(talk)).toEqual(await truth(talk))
  })

  it('[Y12] a gap of more than a page is told without rows, and pulled', async () => {
    const phone = new Phone(node, ann)
    await phone.connect()
    await write([talk])
    await node.sync.publisher.idle()
    const elsewhere = testFunnel(db)
    const count = limits.pageRowsMax + 1
    await Promise.all(Array.from({ length: count }, () => elsewhere.call('notes.writeMany', note([talk]))))
    await node.sync.publisher.heard({ stream: talk, version: count + 1 })
    await phone.settled()
    expect(phone.ranges(talk).at(-1)).toEqual([count + 1, count + 1])
    expect(phone.notes(talk)).toEqual(await truth(talk))
  })

  it('[Y5] an empty change still moves the range', async () => {
    const phone = new Phone(node, ann)
    await phone.connect()
    await write([talk])
    await node.sync.publisher.idle()
    node.sync.publisher.committed([{ stream: talk, from: 1, to: 3, rows: [] }], [])
    await node.sync.publisher.idle()
    expect(phone.at(talk)).toBe(3)
  })

  it('who hears a conversation is read again when a place changes', async () => {
    const phone = new Phone(node, eve)
    await phone.connect()
    await write([talk])
    await node.sync.publisher.idle()
    members.set(talk, [ann, bob, eve])
    await write([talk])
    await node.sync.publisher.idle()
    expect(phone.texts).toEqual([])
    const place = { k: 'place', userId: eve, role: 'member' } as const
    const at = { seq: 0, countable: 0 }
    node.sync.publisher.committed(
      [{ stream: talk, from: 2, to: 3, rows: [{ ...place, v: 3, read: at, joined: at }] }],
      [],
    )
    await node.sync.publisher.idle()
    expect(phone.texts).toHaveLength(1)
  })

  it('a channel is dropped after ten idle minutes, and opens again', async () => {
    let time = 1_000_000
    let asked = 0
    const streams = streamsOf(members)
    const audienceOf: typeof streams.audienceOf = (c, stream) => {
      asked += 1
      return streams.audienceOf(c, stream)
    }
    const aged = testNode(db, { ...streams, audienceOf }, memoryHub().join(), () => time)
    const tell = async (from: number) => {
      aged.sync.publisher.committed(
        [{ stream: talk, from, to: from + 1, rows: [noteRow(from + 1, 1, '')] }],
        [],
      )
      await aged.sync.publisher.idle()
      return asked
    }
    expect([await tell(0), await tell(1)]).toEqual([1, 1])
    time += 9 * 60_000
    aged.sync.publisher.sweep()
    expect(await tell(2)).toBe(1)
    time += 11 * 60_000
    aged.sync.publisher.sweep()
    expect(await tell(3)).toBe(2)
  })

  it('keeps changes for ten minutes, and removes older ones a little at a time', async () => {
    const perMs = 4096
    const minute = 60_000 * perMs
    const newest = 100 * minute
    await db.write(async (c) => {
      for (let age = 0; age < 20; age++)
        await c.run('INSERT INTO changes (id, stream, version) VALUES (?, ?, ?)', [
          newest - age * minute,
          talk,
          1,
        ])
    })
    const left = () => db.read(async (c) => c.all<{ id: number }>('SELECT id FROM changes ORDER BY id DESC'))
    await db.write(pruneChanges)
    expect(await left()).toHaveLength(19)
    for (let i = 0; i < 30; i++) await db.write(pruneChanges)
    expect((await left()).map(({ id }) => (newest - id) / minute)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(await db.read(newestChange)).toBe(newest)
  })
})
