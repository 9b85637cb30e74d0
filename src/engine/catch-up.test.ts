import { describe, expect, it } from 'vitest'
import { limits } from '../../protocol/limits'
import type { MessageRow, StreamRow } from '../../protocol/records'
import { digestOf, type Down } from '../../protocol/wire'
import { Model } from './test-model'
import { Phone } from './test-world'

const message = (seq: number, v = seq): MessageRow => ({
  k: 'message',
  v,
  seq,
  from: 2,
  clientId: `theirs-${seq}`,
  at: 1000 + seq,
  countable: seq,
  body: { kind: 'text', text: `m${seq}` },
})
const entry = (conversationId: number, v: number, peerId = 2): StreamRow => ({
  k: 'entry',
  v,
  conversationId,
  kind: 'direct',
  peerId,
  at: v,
})
const changed = (stream: number, from: number, rows: StreamRow[]): Down => ({
  t: 'ev',
  ev: 'sync.changed',
  data: { stream, from, to: from + rows.length, rows },
})
const page = (stream: number, from: number, rows: StreamRow[], rest: object = {}) => {
  const to = from + rows.length
  return { stream, reset: from === 0 && stream !== 1, from, to, head: to, more: false, rows, ...rest }
}
const pulls = (phone: Phone) => phone.socket.requests('sync.pull').map((r) => r.in)
const pull = (stream: number, since: number) => ({ stream, since })
const seqs = (phone: Phone, id = 100) => phone.engine.room(id).messages.map((m) => m.seq)

describe('catching up', () => {
  it('[Y8] asks for heads page by page after the welcome, and pulls what differs', async () => {
    const phone = await new Phone().signIn()
    await phone.welcome()
    expect(phone.socket.requests('sync.heads').map((r) => r.in)).toEqual([{}])
    phone.socket.answer('sync.heads', {
      heads: [
        { stream: 1, version: 0 },
        { stream: 100, version: 2 },
      ],
      cursor: 'next',
    })
    expect(phone.socket.requests('sync.heads').map((r) => r.in)).toEqual([{}, { cursor: 'next' }])
    phone.socket.answer('sync.heads', { heads: [{ stream: 101, version: 1 }], cursor: null })
    expect(pulls(phone)).toEqual([pull(100, 0), pull(101, 0)])
    phone.socket.answer('sync.pull', page(100, 0, [message(1), message(2)]), 0)
    expect(phone.engine.link()).toBe('syncing')
    phone.socket.answer('sync.pull', page(101, 0, [message(1)]), 1)
    expect([phone.engine.link(), seqs(phone), seqs(phone, 101)]).toEqual(['live', [1, 2], [1]])
  })

  it('[Y8] at most pullsInFlightMax pulls are on their way, own stream and open room first', async () => {
    const phone = await new Phone().signIn()
    phone.tell({ is: 'openRoom', conversationId: 109 })
    await phone.welcome()
    const heads = [100, 101, 102, 103, 104, 109, 1].map((stream) => ({ stream, version: 1 }))
    phone.socket.answer('sync.heads', { heads, cursor: null })
    expect(pulls(phone)).toEqual([pull(1, 0), pull(109, 0), pull(100, 0), pull(101, 0)])
    phone.socket.answer('sync.pull', page(100, 0, [message(1)]), 2)
    expect(pulls(phone).slice(4)).toEqual([pull(102, 0)])
  })

  it('[Y2] pages follow each other until there is no more', async () => {
    const phone = await new Phone().live([{ stream: 1, version: 4 }])
    phone.socket.answer(
      'sync.pull',
      page(1, 0, [entry(100, 1), entry(101, 2)], { reset: true, more: true, head: 4 }),
    )
    expect(pulls(phone)).toEqual([pull(1, 0), pull(1, 2)])
    phone.socket.answer('sync.pull', page(1, 2, [entry(102, 3), entry(103, 4)]))
    expect(phone.engine.chats().map((c) => c.conversationId)).toEqual([103, 102, 101, 100])
    expect(phone.engine.current()).toBe(true)
  })

  it('[Y7] frames that arrive during a pull wait for it', async () => {
    const phone = await new Phone().live([
      { stream: 1, version: 0 },
      { stream: 100, version: 2 },
    ])
    phone.socket.hear(changed(100, 0, [message(1)]), changed(100, 2, [message(3)]))
    expect(seqs(phone)).toEqual([])
    phone.socket.answer('sync.pull', page(100, 0, [message(1), message(2)]))
    expect([seqs(phone), phone.engine.current()]).toEqual([[1, 2, 3], true])
  })

  it('[Y4] frames that waited and leave a gap make it pull again, soon and then later', async () => {
    const phone = await new Phone().live([
      { stream: 1, version: 0 },
      { stream: 100, version: 1 },
    ])
    phone.socket.hear(changed(100, 3, [message(4)]))
    phone.socket.answer('sync.pull', page(100, 0, [message(1)]))
    expect(pulls(phone)).toEqual([pull(100, 0), pull(100, 1)])
    phone.socket.answer('sync.pull', page(100, 1, []))
    expect(pulls(phone)).toHaveLength(2)
    await phone.run(limits.reconnectMs[1])
    expect(pulls(phone)).toHaveLength(3)
    phone.socket.answer('sync.pull', page(100, 1, [message(2), message(3)]))
    expect([seqs(phone), phone.engine.current()]).toEqual([[1, 2, 3, 4], true])
  })

  it('[Y4] a frame is applied where it fits, dropped when it is old, and pulled for where it leaves a gap', async () => {
    const phone = await new Phone().live()
    phone.socket.hear(changed(100, 0, [message(1)]), changed(100, 0, [message(1)]))
    expect([seqs(phone), pulls(phone)]).toEqual([[1], []])
    phone.socket.hear(changed(100, 2, [message(3)]))
    expect([pulls(phone), phone.engine.current()]).toEqual([[pull(100, 1)], false])
    phone.socket.answer('sync.pull', page(100, 1, [message(2), message(3)]))
    expect([seqs(phone), phone.engine.current()]).toEqual([[1, 2, 3], true])
  })

  it('[Y6] a reset drops what was held', async () => {
    const phone = await new Phone().live()
    phone.socket.hear(changed(100, 0, [message(1), message(2)]), changed(100, 700, [message(602, 701)]))
    phone.socket.answer('sync.pull', {
      ...page(100, 0, [message(601, 600), message(602, 701)]),
      to: 701,
      head: 701,
    })
    expect([seqs(phone), phone.engine.room(100).more]).toEqual([[601, 602], true])
  })

  it('[Y6] a server that went back is pulled from 0', async () => {
    const phone = await new Phone().live()
    phone.socket.hear(changed(100, 0, [message(1), message(2), message(3)]))
    phone.drop()
    await phone.run(limits.reconnectMs[0])
    await phone.welcome()
    phone.socket.answer('sync.heads', {
      heads: [
        { stream: 1, version: 0 },
        { stream: 100, version: 1 },
      ],
      cursor: null,
    })
    phone.socket.answer('sync.pull', page(100, 3, [], { to: 1, head: 1 }))
    await phone.run(limits.reconnectMs[0])
    expect(pulls(phone)).toEqual([pull(100, 3), pull(100, 0)])
    phone.socket.answer('sync.pull', page(100, 0, [message(1)]))
    expect([seqs(phone), phone.engine.current()]).toEqual([[1], true])
  })

  it('[Y9] asks for heads when the digest differs, and not while it is catching up', async () => {
    const phone = await new Phone().live()
    phone.socket.hear(changed(100, 0, [message(1)]))
    const pong = (digest: number) => phone.socket.hear({ t: 'pong', digest })
    const heads = () => phone.socket.requests('sync.heads').length
    pong(
      digestOf([
        [100, 1],
        [1, 0],
      ]),
    )
    expect(heads()).toBe(1)
    pong(
      digestOf([
        [100, 2],
        [1, 0],
      ]),
    )
    pong(
      digestOf([
        [100, 2],
        [1, 0],
      ]),
    )
    expect(heads()).toBe(2)
    phone.socket.answer('sync.heads', {
      heads: [
        { stream: 1, version: 0 },
        { stream: 100, version: 2 },
      ],
      cursor: null,
    })
    expect(pulls(phone)).toEqual([pull(100, 1)])
  })

  it('[V2] a conversation that is not listed or not open any more is dropped', async () => {
    const phone = await new Phone().live()
    phone.socket.hear(
      changed(100, 0, [message(1)]),
      changed(101, 0, [message(1)]),
      changed(102, 0, [message(1)]),
    )
    phone.drop()
    await phone.run(limits.reconnectMs[0])
    await phone.welcome()
    phone.socket.hear(changed(102, 1, [message(2)]))
    phone.socket.answer('sync.heads', {
      heads: [
        { stream: 1, version: 0 },
        { stream: 101, version: 2 },
      ],
      cursor: null,
    })
    expect([seqs(phone), seqs(phone, 101), seqs(phone, 102)]).toEqual([[], [1], [1, 2]])
    phone.socket.refuse('sync.pull', { code: 'notMember' })
    expect([seqs(phone, 101), phone.engine.current()]).toEqual([[], true])
  })

  it('[Y8] a refused or unanswered request of its own is tried again, after what the server asks', async () => {
    const phone = await new Phone().signIn()
    await phone.welcome()
    phone.socket.refuse('sync.heads', { code: 'overloaded', data: { retryAfterMs: 5_000 } })
    await phone.run(4_999)
    expect(phone.socket.requests('sync.heads')).toHaveLength(1)
    await phone.run(1 + limits.reconnectMs[2])
    phone.socket.answer('sync.heads', { heads: [{ stream: 1, version: 1 }], cursor: null })
    phone.socket.refuse('sync.pull', { code: 'internal' })
    phone.socket.refuse('sync.pull', { code: 'internal' })
    await phone.run(limits.reconnectMs[0])
    expect(pulls(phone)).toHaveLength(2)
    await phone.run(limits.requestTimeoutMs)
    expect(phone.sockets.map((socket) => socket.isClosed)).toEqual([true, false])
    await phone.welcome()
    await phone.run(limits.requestTimeoutMs)
    expect(phone.sockets[1]?.isClosed).toBe(true)
  })

  it('[Y8] a pull that is refused for ever is left to the next digest', async () => {
    const phone = await new Phone().live([{ stream: 1, version: 1 }])
    phone.socket.refuse('sync.pull', { code: 'codeOfTheFuture' as 'internal' })
    expect(phone.engine.current()).toBe(true)
    phone.socket.hear({ t: 'res', id: 4711, ok: true, out: {} })
  })

  it('[Y7] frames beyond what may wait are dropped and pulled afterwards', async () => {
    const phone = await new Phone().live([
      { stream: 1, version: 0 },
      { stream: 100, version: 1 },
    ])
    for (let seq = 2; seq <= 502; seq++) phone.socket.hear(changed(100, seq - 1, [message(seq)]))
    phone.socket.answer('sync.pull', page(100, 0, [message(1)]))
    expect(pulls(phone)).toEqual([pull(100, 0), pull(100, 501)])
    phone.socket.answer('sync.pull', page(100, 501, [message(502)]))
    expect([seqs(phone).at(-1), phone.engine.current()]).toEqual([502, true])
  })

  it('[Y8] what was under way on a socket that broke is forgotten', async () => {
    const phone = await new Phone().live([
      { stream: 1, version: 0 },
      { stream: 100, version: 1 },
    ])
    phone.drop()
    await phone.run(limits.reconnectMs[0])
    await phone.welcome()
    phone.socket.answer('sync.heads', { heads: [{ stream: 1, version: 0 }], cursor: null })
    expect([pulls(phone), phone.engine.current()]).toEqual([[], true])
  })
})

describe('profiles', () => {
  const asked = (phone: Phone) =>
    phone.socket.requests('accounts.getProfiles').map((r) => (r.in as { profiles: unknown[] }).profiles)

  it('[Y13] fetches those it lacks in batches, and all of them anew on each connection', async () => {
    const model = new Model()
    model.addUser(1)
    for (let id = 2; id <= 152; id++) {
      model.addUser(id)
      model.befriend(1000 + id, 1, id)
    }
    model.profiles.delete(152)
    const phone = await new Phone({ model }).signIn()
    await phone.run(200)
    expect(phone.engine.contacts()).toHaveLength(150)
    expect(asked(phone).flat().length).toBe(151)
    expect(Math.max(...asked(phone).map((ids) => ids.length))).toBeLessThanOrEqual(limits.profilesPerCallMax)
    model.profiles.set(2, { ...model.profiles.get(2)!, name: 'Renamed', version: 2 })
    phone.drop()
    await phone.run(limits.reconnectMs[0] + 50)
    expect(asked(phone).map((ids) => ids.length)).toEqual([100, 51])
    expect(asked(phone)[0]).toContainEqual({ id: 2, have: 1 })
    expect(phone.engine.chats().find((c) => c.peerId === 2)?.peer?.name).toBe('Renamed')
  })

  it('[Y13] tries again later when they are refused', async () => {
    const phone = await new Phone().live()
    phone.socket.hear(
      changed(1, 0, [
        entry(100, 1),
        { k: 'request', v: 2, id: 7, fromId: 1, toId: 3, message: '', state: 'pending', at: 1 },
      ]),
    )
    expect(asked(phone)).toEqual([
      [
        { id: 2, have: 0 },
        { id: 3, have: 0 },
      ],
    ])
    phone.socket.refuse('accounts.getProfiles', { code: 'tooManyRequests' })
    await phone.run(limits.reconnectMs[2])
    expect(asked(phone)).toHaveLength(2)
    phone.socket.answer('accounts.getProfiles', { profiles: [] })
    phone.socket.hear(changed(1, 2, [entry(101, 3)]))
    expect(asked(phone)).toHaveLength(2)
  })
})
