import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Bus, Hint } from '../../server/bus/bus'
import { memoryHub } from '../../server/bus/memory'
import type { Db } from '../../server/db/connection'
import { newestChange } from '../../server/sync/changes'
import { befriend, freshId, must, register, WireClient } from '../helpers/wire-client'
import { redisUrl } from './buses'
import { databases } from './databases'
import { note } from './funnel'
import { Phone, streamsOf, testNode, type Node } from './node'
import { clearNotes, makeNotes, notesOf } from './notes'
import { sharedWithRedis, twoServers } from './siblings'

const [ann, bob] = [7, 8]
const talks = [101, 102, 103]
const streams = streamsOf(new Map(talks.map((talk) => [talk, [ann, bob]])))

describe.each(databases)('two nodes on $name', ({ open }) => {
  let db: Db
  beforeAll(async () => {
    db = await open()
    await makeNotes(db)
  })
  beforeEach(() => clearNotes(db, [ann, bob, ...talks]))
  afterAll(() => db.close())

  const expectSame = async (phone: Phone) => {
    await phone.settled()
    for (const stream of [...talks, phone.user]) {
      const rows = (await db.read((c) => notesOf(c, stream))).sort((a, b) => a.slot - b.slot)
      expect(phone.notes(stream)).toEqual(rows.map(({ slot, version, note: text }) => [slot, version, text]))
    }
  }
  const writeSome = (nodes: readonly Node[], count: number) =>
    Promise.all(
      Array.from({ length: count }, (_, i) => {
        const stream = i % 5 === 0 ? bob : talks[i % talks.length]!
        return nodes[i % nodes.length]!.call('notes.writeMany', note([stream], 'ok', { slot: (i % 4) + 1 }))
      }),
    )
  const settle = async (nodes: readonly Node[]) => {
    for (let i = 0; i < 3; i++) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      for (const { sync } of nodes) await sync.publisher.idle()
    }
  }

  it('[Y12] what one node wrote reaches the phones of the other by hints', async () => {
    const hub = memoryHub()
    const nodes = [testNode(db, streams, hub.join()), testNode(db, streams, hub.join())]
    const phones = [new Phone(nodes[0]!, ann), new Phone(nodes[1]!, bob)]
    for (const phone of phones) await phone.connect()
    for (let round = 0; round < 5; round++) {
      await writeSome(nodes, 20)
      await settle(nodes)
    }
    for (const phone of phones) await expectSame(phone)
  })

  it('[Y12] lost hints are made good by the table of changes', async () => {
    const silent = (): Bus => ({ ...memoryHub().join(), publish: () => undefined })
    const nodes = [testNode(db, streams, silent()), testNode(db, streams, silent())]
    const phone = new Phone(nodes[1]!, bob)
    await phone.connect()
    for (let round = 0; round < 4; round++) {
      await writeSome(nodes.slice(0, 1), 30)
      await settle(nodes)
      const heard = phone.texts.length
      await nodes[1]!.sync.poll()
      await settle(nodes)
      expect(phone.texts.length).toBeGreaterThan(heard)
      await expectSame(phone)
    }
    // Channels are known by now: what is missing comes with its rows.
    expect(phone.pulls).toBeLessThanOrEqual(4)
  })

  it('[Y12] a change that commits late, with an id lower than one already read, is not missed', async () => {
    const silent = (): Bus => ({ ...memoryHub().join(), publish: () => undefined })
    const nodes = [testNode(db, streams, silent()), testNode(db, streams, silent())]
    const phone = new Phone(nodes[1]!, bob)
    await phone.connect()
    await writeSome(nodes.slice(0, 1), 10)
    await nodes[1]!.sync.poll()
    await settle(nodes)
    const newest = await db.read(newestChange)
    await nodes[0]!.call('notes.writeMany', note([bob]))
    const late = newest - 9_000 * 4096
    await db.write(async (c) => c.run('UPDATE changes SET id = ? WHERE id > ?', [late, newest]))
    await nodes[1]!.sync.poll()
    await settle(nodes)
    await expectSame(phone)
  })

  it('[Y12] [Y3] hints that are lost, doubled and reordered lead to the same mirror', async () => {
    let seed = 42
    const dice = () => (seed = (seed * 1103515245 + 12345) % 2 ** 31) / 2 ** 31
    const hub = memoryHub()
    const mad = (): Bus => {
      const bus = hub.join()
      const later: Hint[] = []
      return {
        ...bus,
        publish(hint) {
          later.splice(Math.floor(dice() * (later.length + 1)), 0, hint)
          if (dice() < 0.3) later.push(hint)
          while (later.length > 3) {
            const [one] = later.splice(Math.floor(dice() * later.length), 1)
            if (one && dice() < 0.6) bus.publish(one)
          }
        },
      }
    }
    const nodes = [testNode(db, streams, mad()), testNode(db, streams, mad()), testNode(db, streams, mad())]
    const phones = nodes.flatMap((node) => [new Phone(node, ann), new Phone(node, bob)])
    for (const phone of phones) await phone.connect()
    for (let round = 0; round < 6; round++) {
      await writeSome(nodes, 25)
      await settle(nodes)
      if (round % 2) for (const { sync } of nodes) await sync.poll()
    }
    await settle(nodes)
    for (const phone of phones) await expectSame(phone)
  })

  it('a notice reaches the sockets of its user on every node', async () => {
    const hub = memoryHub()
    const nodes = [testNode(db, streams, hub.join()), testNode(db, streams, hub.join())]
    await nodes[0]!.call('notes.write', note([101]))
    await settle(nodes)
    const notice = { to: { userId: 1 }, event: 'session.ended', data: { reason: 'revoked', at: 1 } }
    expect(nodes.map(({ told }) => told)).toEqual([[notice], [notice]])
  })

  it('[Y12] closing ends the reading of changes', async () => {
    const node = testNode(db, streams, memoryHub().join())
    node.sync.start()
    await node.sync.close()
    expect(await node.call('notes.write', note([101]))).toMatchObject({ ok: true })
  })
})

describe.each(sharedWithRedis)('two servers on $name and Redis', (store) => {
  const urls = twoServers(store, { REDIS_URL: redisUrl ?? '' })

  it('[Y12] [A4] tokens of one hold on the other, and what is said on one is heard on the other at once', async () => {
    const [one, two] = urls()
    const [anna, bo] = [await register(one, 'servers_anna'), await register(two, 'servers_bo')]
    const conversationId = await befriend(two, anna, bo)
    const [annas, bos] = [await WireClient.connect(one, anna.token), await WireClient.connect(two, bo.token)]
    must(await bos.call('sync.heads', {}))
    const start = performance.now()
    for (let n = 0; n < 10; n++) {
      const heard = bos.next((frame) => JSON.stringify(frame).includes(`across both, ${n}`))
      const body = { kind: 'text' as const, text: `across both, ${n}` }
      const input = { conversationId, clientId: freshId(), seenSeq: 0, body }
      must(await annas.call('chat.sendMessage', input))
      expect(await heard).toMatchObject({ t: 'ev', ev: 'sync.changed' })
    }
    // By the table of changes alone, read every 3 s, the last nine would take 27 s.
    expect(performance.now() - start).toBeLessThan(25_000)
    for (const client of [annas, bos]) client.close()
  })
})
