import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { limits } from '../../protocol/limits'
import type { PlaceRow } from '../../protocol/records'
import { unreadCount } from '../../protocol/rules/read'
import { databases } from './databases'
import { befriend, createWorld, freshClientId, textOf, type Answer, type Person, type World } from './world'

const failure = (code: string) => ({ ok: false, error: { code } })
const numbers = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i)

describe.each(databases)('chat on $name', (database) => {
  let world: World
  let ann: Person
  let ben: Person
  let room: number
  beforeAll(async () => {
    world = await createWorld(await database.open())
  })
  afterAll(async () => {
    expect(world.complaints).toEqual([])
    await world.close()
  })
  beforeEach(async () => {
    ;[ann, ben] = [await world.person('Ann'), await world.person('Ben')]
    room = await befriend(ann, ben)
  })

  const send = (person: Person, text: string, seenSeq?: number, clientId?: string) =>
    person.call('chat.sendMessage', textOf(room, text, seenSeq, clientId))
  const must = (person: Person, text: string, seenSeq?: number) =>
    person.must('chat.sendMessage', textOf(room, text, seenSeq))
  const read = (person: Person, seq: number) => person.must('chat.markRead', { conversationId: room, seq })
  const list = (person: Person, beforeSeq = Number.MAX_SAFE_INTEGER, limit = 200) =>
    person.must('chat.listMessages', { conversationId: room, beforeSeq, limit })
  const textsOf = async (person: Person) =>
    (await list(person)).rows.map(({ body }) => (body.kind === 'text' ? body.text : body.tip))
  async function placeOf(person: Person, viewer = person): Promise<PlaceRow> {
    const row = (await viewer.snapshot(room)).rows.get(`place:${person.userId}`)
    if (row?.k !== 'place') throw new Error('no place')
    return row
  }
  async function unreadOf(person: Person): Promise<number> {
    const { messages } = await person.snapshot(room)
    const { read, joined } = await placeOf(person)
    return unreadCount(messages.at(-1)?.countable ?? 0, [read, joined])
  }
  const sql = (text: string, binds: (number | string)[]) =>
    world.db.write(async (c) => void (await c.run(text, binds)))

  describe('sendMessage', () => {
    it('[S2][S3] answers the next seq and the time', async () => {
      expect(await must(ann, 'one')).toEqual({ seq: 2, at: world.clock.now() })
      world.clock.advance(7)
      expect(await must(ben, 'two')).toEqual({ seq: 3, at: world.clock.now() })
    })

    it('[S2] 200 sends at once to one conversation all succeed, with dense seqs, in order of each sender', async () => {
      const sends = numbers(1, 200).map((n) => send(n % 2 ? ann : ben, `${n}`))
      const seqs = (await Promise.all(sends)).map((answer) => (answer.ok ? answer.value.seq : 0))
      expect([...seqs].sort((a, b) => a - b)).toEqual(numbers(2, 201))
      const { rows } = await list(ann)
      expect(rows.map(({ seq }) => seq)).toEqual(numbers(2, 201))
      const versions = rows.map(({ v }) => v)
      expect(versions).toEqual([...versions].sort((a, b) => a - b))
      const said = rows.flatMap(({ body, from }) =>
        body.kind === 'text' && from === ann.userId ? [Number(body.text)] : [],
      )
      expect(said).toEqual(numbers(1, 200).filter((n) => n % 2))
    })

    it('[S2] sends to many conversations at once keep apart', async () => {
      const others: Person[] = []
      for (let i = 0; i < 5; i++) others.push(await world.person(`O${i}`))
      const rooms: number[] = []
      for (const other of others) rooms.push(await befriend(ann, other))
      const sends = numbers(0, 99).map((n) => {
        const conversationId = rooms[n % 5] ?? 0
        return ann.must('chat.sendMessage', textOf(conversationId, `${n}`))
      })
      await Promise.all(sends)
      for (const [i, other] of others.entries()) {
        const { messages } = await other.snapshot(rooms[i])
        expect(messages.map(({ seq }) => seq)).toEqual(numbers(1, 21))
        const texts = messages.slice(1).map(({ body }) => (body.kind === 'text' ? Number(body.text) % 5 : -1))
        expect(new Set(texts)).toEqual(new Set([i]))
      }
    })

    it('[S4][F6] the same clientId with the same body gets the first answer, however late', async () => {
      const clientId = freshClientId()
      const first = await send(ann, 'once', 0, clientId)
      world.clock.advance(40 * 24 * 3600_000)
      await must(ben, 'between')
      expect(await send(ann, 'once', 3, clientId)).toEqual(first)
      expect(await textsOf(ben)).toEqual(['friendsNow', 'once', 'between'])
    })

    it('[S4][F6] the order of the keys of a body makes no other payload', async () => {
      const clientId = freshClientId()
      const input = { conversationId: room, clientId, seenSeq: 0 }
      const first = await ann.call('chat.sendMessage', { ...input, body: { kind: 'text', text: 'x' } })
      expect(await ann.call('chat.sendMessage', { ...input, body: { text: 'x', kind: 'text' } })).toEqual(
        first,
      )
    })

    it('[F6] the same clientId with another payload is a conflict', async () => {
      const clientId = freshClientId()
      await send(ann, 'one thing', 0, clientId)
      expect(await send(ann, 'another', 0, clientId)).toEqual(failure('conflict'))
      expect(await textsOf(ann)).toEqual(['friendsNow', 'one thing'])
    })

    it('[S4] a clientId is one message per sender and conversation', async () => {
      const clientId = freshClientId()
      const other = await befriend(ann, await world.person('Cat'))
      const seqs = [
        await send(ann, 'mine', 0, clientId),
        await send(ben, 'yours', 0, clientId),
        await ann.call('chat.sendMessage', textOf(other, 'elsewhere', 0, clientId)),
      ].map((answer) => answer.ok && answer.value.seq)
      expect(seqs).toEqual([2, 3, 2])
    })

    it('[F6][F9] repeats and conflicts among calls that are committed together', async () => {
      const [same, odd] = [freshClientId(), freshClientId()]
      const calls = [
        send(ann, 'a', 0, same),
        send(ann, 'a', 0, same),
        send(ann, 'b', 0, odd),
        send(ann, 'B', 0, odd),
        send(ben, 'a', 0, same),
        send(ann, 'a', 0, same),
      ]
      const answers = await Promise.all(calls)
      expect(answers.map((answer) => (answer.ok ? answer.value.seq : answer.error.code))).toEqual([
        2,
        2,
        3,
        'conflict',
        4,
        2,
      ])
      expect(await textsOf(ann)).toEqual(['friendsNow', 'a', 'b', 'a'])
    })

    it('[F9] calls together have the outcome of the same calls one by one', async () => {
      type Step = { by: 'ann' | 'ben' | 'stranger'; text: string; seen: number; id: number }
      const stranger = await world.person('Stranger')
      const steps: Step[] = numbers(0, 59).map((n) => ({
        by: n % 7 === 3 ? 'stranger' : n % 3 ? 'ann' : 'ben',
        text: `t${n % 20 === 19 ? 'other' : n % 10}`,
        seen: (n * 5) % 23,
        id: n % 10 === 9 ? n - 1 : n % 40,
      }))
      async function play(together: boolean) {
        const [a, b] = [await world.person('A'), await world.person('B')]
        const conversationId = await befriend(a, b)
        const who = { ann: a, ben: b, stranger }
        const outcomes: Answer<'chat.sendMessage'>[] = []
        const calls = steps.map(({ by, text, seen, id }) => () => {
          const clientId = `batched-${conversationId % 1e6}-${id}`
          return who[by].call('chat.sendMessage', textOf(conversationId, text, seen, clientId))
        })
        if (together) outcomes.push(...(await Promise.all(calls.map((call) => call()))))
        else for (const call of calls) outcomes.push(await call())
        const { messages, rows, version } = await a.snapshot(conversationId)
        const name = (id: number) => (id === a.userId ? 'a' : 'b')
        return {
          outcomes: outcomes.map((answer) => (answer.ok ? answer.value.seq : answer.error)),
          messages: messages.map(({ v, seq, from, countable, body }) => [
            v,
            seq,
            name(from),
            countable,
            body,
          ]),
          places: [...rows.values()].flatMap((r) => (r.k === 'place' ? [[name(r.userId), r.v, r.read]] : [])),
          version,
        }
      }
      const alone = await play(false)
      expect(await play(true)).toEqual(alone)
      const kinds = alone.outcomes.map((o) => (typeof o === 'number' ? 'sent' : o.code))
      expect(new Set(kinds)).toEqual(new Set(['sent', 'conflict', 'notMember']))
    })

    it('[S1][V2] refuses whoever has no place, and does not tell whether the conversation exists', async () => {
      const stranger = await world.person('Stranger')
      const refused = await send(stranger, 'let me in')
      expect(refused).toEqual(failure('notMember'))
      for (const conversationId of [1, stranger.userId, ann.userId])
        expect(await stranger.call('chat.sendMessage', textOf(conversationId, 'x'))).toEqual(refused)
    })

    it('[S1] refuses two who are friends no more, and knows repeats of what was sent before', async () => {
      const clientId = freshClientId()
      const first = await send(ann, 'still friends', 0, clientId)
      await sql('update places set friends = 0 where conversation_id = ?', [room])
      expect(await send(ann, 'hello?')).toEqual(failure('notFriends'))
      expect(await send(ann, 'still friends', 0, clientId)).toEqual(first)
    })

    it('[S1] refuses a place that was closed', async () => {
      await sql('update places set intervals_json = ? where conversation_id = ? and user_id = ?', [
        '[[1,1]]',
        room,
        ann.userId,
      ])
      expect(await send(ann, 'x')).toEqual(failure('notMember'))
      expect((await send(ben, 'x')).ok).toBe(true)
    })

    it('[S5] time does not go back when the clock does', async () => {
      const first = await must(ann, 'one')
      world.clock.advance(-60_000)
      expect(await must(ben, 'two')).toEqual({ seq: 3, at: first.at })
      const other = await befriend(ann, await world.person('Dan'))
      const [here, there] = await Promise.all([
        must(ann, 'here'),
        ann.must('chat.sendMessage', textOf(other, 'there')),
      ])
      expect(here.at).toBe(first.at)
      expect(there.at).toBe(world.clock.now())
      world.clock.advance(60_001)
      expect((await must(ann, 'later')).at).toBe(first.at + 1)
    })

    it('[S6] keeps a text as it was typed, and refuses one without a visible character', async () => {
      const text = '  two\n\nlines \u200d👩‍👩‍👧 𠮷 e\u0301 \\u0000 "quoted" \t'
      await must(ann, text)
      expect(await textsOf(ben)).toEqual(['friendsNow', text])
      for (const empty of ['', ' ', ' \n\t '])
        expect(await send(ann, empty)).toMatchObject({ error: { code: 'invalidInput' } })
      const longest = '字'.repeat(limits.messageTextCharsMax)
      expect((await send(ann, longest)).ok).toBe(true)
      expect(await send(ann, `${longest}字`)).toMatchObject({ error: { code: 'invalidInput' } })
    })

    it('[Y1][Y4] tells both sides a message and the place it moved, and nobody else', async () => {
      const stranger = await world.person('Stranger')
      await read(ann, 1)
      await world.told()
      for (const person of [ann, ben]) person.heard()
      const { version } = await ann.snapshot(room)
      await must(ann, 'hi', 1)
      await world.told()
      const frames = ann.heard()
      expect(frames).toMatchObject([
        { stream: room, from: version, to: version + 2, rows: [{ k: 'message' }, { k: 'place' }] },
      ])
      expect(ben.heard()).toEqual(frames)
      expect(stranger.heard()).toEqual([])
    })
  })

  describe('read positions', () => {
    it('[R1] a position moves up only and never beyond the head', async () => {
      for (const text of ['one', 'two', 'three']) await must(ben, text)
      expect((await read(ann, 3)).read).toEqual({ seq: 3, countable: 2 })
      expect((await read(ann, 2)).read).toEqual({ seq: 3, countable: 2 })
      const { version } = await ann.snapshot(room)
      expect((await read(ann, 3)).read).toEqual({ seq: 3, countable: 2 })
      expect((await ann.snapshot(room)).version).toBe(version)
      expect((await read(ann, 99)).read).toEqual({ seq: 4, countable: 3 })
    })

    it('[R1] the greatest of many marks at once stays', async () => {
      for (const n of numbers(1, 20)) await must(ben, `${n}`)
      await Promise.all(numbers(1, 21).map((n) => read(ann, ((n * 8) % 21) + 1)))
      expect((await placeOf(ann)).read).toEqual({ seq: 21, countable: 20 })
    })

    it('[R1][V2] only members have one', async () => {
      const stranger = await world.person('Stranger')
      const mark = (conversationId: number) => stranger.call('chat.markRead', { conversationId, seq: 1 })
      expect(await mark(room)).toEqual(failure('notMember'))
      expect(await mark(1)).toEqual(failure('notMember'))
    })

    it('[R2][R4] texts count as unread, tips do not', async () => {
      expect(await unreadOf(ann)).toBe(0)
      await must(ben, 'one')
      await must(ben, 'two')
      expect(await unreadOf(ann)).toBe(2)
      await read(ann, 2)
      expect(await unreadOf(ann)).toBe(1)
      await read(ann, 3)
      expect(await unreadOf(ann)).toBe(0)
    })

    it('[R3] a send moves the position to its own message when all before it was seen', async () => {
      await must(ben, 'hello')
      expect(await must(ann, 'hi', 2)).toMatchObject({ seq: 3 })
      expect((await placeOf(ann)).read).toEqual({ seq: 3, countable: 2 })
      expect(await unreadOf(ann)).toBe(0)
      await must(ann, 'again')
      expect((await placeOf(ann)).read).toEqual({ seq: 4, countable: 3 })
    })

    it('[R3][R4] an unseen tip does not keep a send from being read by its sender', async () => {
      await must(ann, 'first words')
      expect((await placeOf(ann)).read).toEqual({ seq: 2, countable: 1 })
      expect(await unreadOf(ann)).toBe(0)
    })

    it('[R3] a send does not mark as read what its sender had not seen', async () => {
      for (const text of ['one', 'two', 'three']) await must(ben, text)
      await must(ann, 'crossing', 2)
      expect((await placeOf(ann)).read).toEqual({ seq: 2, countable: 1 })
    })

    it('[R1][R3] a send that claims to have seen what does not exist reaches its own message at most', async () => {
      await must(ben, 'one')
      await must(ann, 'I have seen it all', 1_000_000)
      expect((await placeOf(ann)).read).toEqual({ seq: 3, countable: 2 })
    })

    it('[R5] both sides hold the read mark of the other', async () => {
      await must(ann, 'read me')
      await read(ben, 2)
      expect((await placeOf(ben, ann)).read).toEqual({ seq: 2, countable: 1 })
      expect(await placeOf(ben, ann)).toEqual(await placeOf(ben, ben))
    })
  })
})
