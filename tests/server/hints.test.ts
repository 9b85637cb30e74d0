/** What hints cost a node, and that nobody is missed who begins to listen (Y8, Y12). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { memoryHub, type MemoryHub } from '../../server/bus/memory'
import type { Db } from '../../server/db/connection'
import type { Streams } from '../../server/sync/sources'
import { databases } from './databases'
import { gate, note } from './funnel'
import { Phone, streamsOf, testNode, type Members, type Node } from './node'
import { clearNotes, makeNotes, notesOf } from './notes'

const [ann, bob, eve] = [7, 8, 9]
const talk = 101

describe.each(databases)('hints on $name', ({ open }) => {
  let db: Db
  let members: Members
  let hub: MemoryHub
  /** Where all is written. */
  let writer: Node
  const nodes: Node[] = []
  beforeAll(async () => {
    db = await open()
    await makeNotes(db)
  })
  beforeEach(async () => {
    await clearNotes(db, [ann, bob, eve, talk])
    members = new Map([[talk, [ann, bob]]])
    hub = memoryHub()
    nodes.length = 0
    writer = join()
  })
  afterAll(() => db.close())

  function join(over: Partial<Db> = {}, streams: Partial<Streams> = {}): Node {
    const node = testNode({ ...db, ...over }, { ...streamsOf(members), ...streams }, hub.join())
    nodes.push(node)
    return node
  }
  async function settle(): Promise<void> {
    for (let i = 0; i < 3; i++) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      for (const { sync } of nodes) await sync.publisher.idle()
    }
  }
  async function write(at = writer): Promise<void> {
    expect(await at.call('notes.writeMany', note([talk]))).toMatchObject({ ok: true })
    await settle()
  }
  const expectSame = async (phone: Phone) => {
    await phone.settled()
    const rows = (await db.read((c) => notesOf(c, talk))).sort((a, b) => a.slot - b.slot)
    expect(phone.notes(talk)).toEqual(rows.map(({ slot, version, note: text }) => [slot, version, text]))
  }

  it('[Y12] nothing is read for a conversation of which nobody is connected here', async () => {
    let reads = 0
    const far = join({ read: (work) => ((reads += 1), db.read(work)) })
    await write()
    expect(reads).toBe(1)
    for (let i = 0; i < 5; i++) await write()
    expect(reads).toBe(1)
    await far.sync.poll()
    expect(reads).toBe(2)
  })

  it('[Y12] [Y8] who connects later is told with rows, without a pull of his own', async () => {
    const far = join()
    for (let i = 0; i < 3; i++) await write()
    const phone = new Phone(far, bob)
    await phone.connect()
    const { pulls } = phone
    for (let i = 0; i < 3; i++) await write()
    await expectSame(phone)
    expect(phone.ranges(talk)).toEqual([
      [3, 4],
      [4, 5],
      [5, 6],
    ])
    expect(phone.pulls).toBe(pulls)
  })

  it('[Y12] whom another node let in hears from the moment he has pulled', async () => {
    const far = join()
    const phone = new Phone(far, eve)
    await phone.connect()
    await write()
    members.set(talk, [ann, bob, eve])
    await write()
    expect(phone.texts).toEqual([])
    await phone.connect()
    await write()
    await expectSame(phone)
    expect(phone.ranges(talk).at(-1)).toEqual([2, 3])
  })

  it('[Y8] [Y12] what others write while he reads where it stands is not missed', async () => {
    let meanwhile = async () => {}
    const far = join(
      {},
      {
        async conversationsOf(c, user) {
          await c.all('SELECT MAX(version) AS v FROM heads')
          await meanwhile()
          return streamsOf(members).conversationsOf(c, user)
        },
      },
    )
    await write()
    members.set(talk, [ann, bob, eve])
    const before = new Phone(writer, eve)
    await before.connect()
    const phone = new Phone(far, eve)
    for (const [stream, mirror] of before.mirrors) phone.mirrors.set(stream, mirror)
    writer.phones.delete(before)
    meanwhile = async () => {
      meanwhile = async () => {}
      await write()
    }
    await phone.connect()
    await settle()
    await expectSame(phone)
  })

  it('[Y12] whom another node let in is told what is written here', async () => {
    const far = join()
    const phone = new Phone(far, eve)
    far.phones.add(phone)
    await write()
    members.set(talk, [ann, bob, eve])
    await write()
    await write(far)
    expect(phone.ranges(talk)).toEqual([[2, 3]])
  })

  it('[Y12] what is heard while the database is read is read as well', async () => {
    let held = Promise.resolve()
    const far = join({
      read: (work) => db.read(work).then((result) => held.then(() => result)),
    })
    const phone = new Phone(far, bob)
    await phone.connect()
    await write()
    const { open: release, opened } = gate()
    held = opened
    for (let i = 0; i < 2; i++) {
      expect(await writer.call('notes.writeMany', note([talk]))).toMatchObject({ ok: true })
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    release()
    await settle()
    await expectSame(phone)
  })
})
