import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RowOf, StreamRow } from '../../protocol/records'
import type { Stream } from '../../src/engine/mirror/merge'
import { databases } from './databases'
import { befriend, createWorld, freshClientId, textOf, type Person, type World } from './world'

const rowsOf = <K extends StreamRow['k']>(stream: Stream, kind: K): RowOf<K>[] =>
  [...stream.rows.values()].filter((row): row is RowOf<K> & typeof row => row.k === kind)

describe.each(databases)('contacts on $name', (database) => {
  let world: World
  let ann: Person
  let ben: Person
  beforeAll(async () => {
    world = await createWorld(await database.open())
  })
  afterAll(async () => {
    expect(world.complaints).toEqual([])
    await world.close()
  })
  const meet = async () => {
    ;[ann, ben] = [await world.person('Ann'), await world.person('本')]
  }
  const ask = (from: Person, to: Person, message = 'hello', clientId = freshClientId()) =>
    from.call('contacts.requestFriend', { clientId, userId: to.userId, message })
  const must = async (from: Person, to: Person, message = 'hello') => {
    const answer = await ask(from, to, message)
    if (!answer.ok) throw new Error(answer.error.code)
    return answer.value
  }
  const answerTo = (person: Person, op: 'acceptRequest' | 'refuseRequest', requestId: number) =>
    person.call(`contacts.${op}`, { clientId: freshClientId(), requestId })
  const failure = (code: string) => ({ ok: false, error: { code } })
  const requestsOf = async (person: Person) => rowsOf(await person.snapshot(), 'request')

  describe('search', () => {
    it('[C1] finds the exact account, whatever its case, and nobody else', async () => {
      await meet()
      const search = async (account: string) =>
        (await ann.must('contacts.searchAccount', { account })).profile?.id
      expect(await search(ben.account)).toBe(ben.userId)
      expect(await search(ben.account.toUpperCase())).toBe(ben.userId)
      expect(await search(ben.account.slice(1))).toBeUndefined()
      expect(await search(`${ben.account}x`)).toBeUndefined()
      expect(await search(`${ben.account} `)).toBeUndefined()
      expect(await search('%')).toBeUndefined()
      expect(await search('本')).toBeUndefined()
    })
  })

  describe('requestFriend', () => {
    it('[C2] puts one pending request into both streams', async () => {
      await meet()
      const { requestId, at } = await must(ann, ben, '你好 👋')
      const row = { k: 'request', v: 2, id: requestId, fromId: ann.userId, toId: ben.userId, at }
      const shown = { ...row, message: '你好 👋', state: 'pending' }
      expect(await requestsOf(ann)).toEqual([shown])
      expect(await requestsOf(ben)).toEqual([shown])
    })

    it('[C2] asking again renews message and time of the same request', async () => {
      await meet()
      const first = await must(ann, ben, 'one')
      world.clock.advance(1000)
      const second = await must(ann, ben, 'two')
      expect(second).toEqual({ requestId: first.requestId, at: first.at + 1000 })
      for (const person of [ann, ben])
        expect(await requestsOf(person)).toMatchObject([
          { id: first.requestId, message: 'two', at: second.at, state: 'pending', v: 3 },
        ])
    })

    it('[C2][F6] the same clientId gets the first answer again and renews nothing', async () => {
      await meet()
      const clientId = freshClientId()
      const first = await ask(ann, ben, 'hello', clientId)
      world.clock.advance(1000)
      expect(await ask(ann, ben, 'hello', clientId)).toEqual(first)
      expect((await ben.snapshot()).version).toBe(2)
      expect(await ask(ann, ben, 'other', clientId)).toEqual(failure('conflict'))
    })

    it('[C2][C3] asking somebody who has asked makes the two friends', async () => {
      await meet()
      const { requestId } = await must(ann, ben)
      expect((await must(ben, ann)).requestId).toBe(requestId)
      for (const [me, other] of [
        [ann, ben],
        [ben, ann],
      ] as const) {
        const stream = await me.snapshot()
        expect(rowsOf(stream, 'contact').map((row) => row.userId)).toEqual([other.userId])
        expect(rowsOf(stream, 'request').map((row) => row.state)).toEqual(['accepted'])
      }
    })

    it('[C2] two who ask each other at the same time become friends, with one conversation', async () => {
      await meet()
      await Promise.all([must(ann, ben), must(ben, ann)])
      const [mine, theirs] = [await ann.snapshot(), await ben.snapshot()]
      expect(rowsOf(mine, 'contact')).toHaveLength(1)
      expect(rowsOf(mine, 'entry')).toHaveLength(1)
      expect(rowsOf(mine, 'entry')[0]?.conversationId).toBe(rowsOf(theirs, 'entry')[0]?.conversationId)
      expect(rowsOf(mine, 'request').map((row) => row.state)).toEqual(['accepted'])
    })

    it('[C2] twenty requests of one to another at once leave one pending', async () => {
      await meet()
      await Promise.all(Array.from({ length: 20 }, () => must(ann, ben)))
      expect(await requestsOf(ben)).toHaveLength(1)
    })

    it('[C2] refuses oneself, nobody, a conversation and a friend', async () => {
      await meet()
      expect(await ask(ann, ann)).toEqual(failure('selfRequest'))
      const conversationId = await befriend(ann, ben)
      expect(await ask(ann, ben)).toEqual(failure('alreadyFriends'))
      const to = (userId: number) =>
        ann.call('contacts.requestFriend', { clientId: freshClientId(), userId, message: '' })
      expect(await to(1)).toEqual(failure('notFound'))
      expect(await to(conversationId)).toEqual(failure('notFound'))
    })
  })

  describe('acceptRequest', () => {
    it('[C3] makes contacts of both, one conversation and the tip, in one step', async () => {
      await meet()
      const { requestId } = await must(ann, ben)
      world.clock.advance(5)
      const answer = await answerTo(ben, 'acceptRequest', requestId)
      if (!answer.ok || !('conversationId' in answer.value)) throw new Error('refused')
      const { conversationId, at } = answer.value
      for (const [me, other] of [
        [ann, ben],
        [ben, ann],
      ] as const) {
        const own = await me.snapshot()
        expect(rowsOf(own, 'contact')).toMatchObject([{ userId: other.userId, since: at }])
        expect(rowsOf(own, 'entry')).toMatchObject([
          { conversationId, kind: 'direct', peerId: other.userId, at },
        ])
        expect(rowsOf(own, 'request')).toMatchObject([{ id: requestId, state: 'accepted' }])
        const room = await me.snapshot(conversationId)
        expect(room.messages).toMatchObject([
          { seq: 1, from: ben.userId, at, countable: 0, body: { kind: 'tip', tip: 'friendsNow' } },
        ])
        expect(rowsOf(room, 'place').map((row) => row.userId)).toEqual([ann.userId, ben.userId])
      }
      const speech = await ann.must('chat.sendMessage', textOf(conversationId, 'hi'))
      expect(speech.seq).toBe(2)
    })

    it('[C3][Y1] moves each stream by its rows, and tells both in one frame per stream', async () => {
      await meet()
      const { requestId } = await must(ann, ben)
      await world.told()
      ann.heard()
      const answer = await answerTo(ben, 'acceptRequest', requestId)
      if (!answer.ok || !('conversationId' in answer.value)) throw new Error('refused')
      const { conversationId } = answer.value
      await world.told()
      const kinds = ann.heard().map(({ stream, from, to, rows }) => ({
        stream,
        moved: to - from,
        rows: rows.map(({ k }) => k),
      }))
      expect(kinds).toContainEqual({ stream: ann.userId, moved: 3, rows: ['request', 'contact', 'entry'] })
      expect((await ann.snapshot(conversationId)).version).toBe(4)
    })

    it('[C3][F6] repeated with the same clientId gives the first answer and makes nothing twice', async () => {
      await meet()
      const { requestId } = await must(ann, ben)
      const input = { clientId: freshClientId(), requestId }
      const first = await ben.must('contacts.acceptRequest', input)
      const before = (await ben.snapshot()).version
      world.clock.advance(1000)
      expect(await ben.must('contacts.acceptRequest', input)).toEqual(first)
      expect((await ben.snapshot()).version).toBe(before)
      expect((await ben.snapshot(first.conversationId)).messages).toHaveLength(1)
    })

    it('[C3] accepted ten times at once makes one conversation', async () => {
      await meet()
      const { requestId } = await must(ann, ben)
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => answerTo(ben, 'acceptRequest', requestId)),
      )
      expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
      expect(answers.filter((answer) => !answer.ok && answer.error.code === 'requestClosed')).toHaveLength(9)
      expect(rowsOf(await ben.snapshot(), 'entry')).toHaveLength(1)
    })

    it('[C3] opens the conversation that the two had before, with all that was said', async () => {
      await meet()
      const conversationId = await befriend(ann, ben)
      await ann.must('chat.sendMessage', textOf(conversationId, 'before'))
      await world.db.write(async (c) => {
        await c.run('update places set friends = 0 where conversation_id = ?', [conversationId])
        await c.run('delete from contacts where user_id in (?, ?)', [ann.userId, ben.userId])
      })
      expect(await ann.call('chat.sendMessage', textOf(conversationId, 'shut'))).toEqual(
        failure('notFriends'),
      )
      expect(await befriend(ben, ann)).toBe(conversationId)
      const kinds = (await ann.snapshot(conversationId)).messages.map(({ body }) => body.kind)
      expect(kinds).toEqual(['tip', 'text', 'tip'])
      expect((await ann.must('chat.sendMessage', textOf(conversationId, 'open'))).seq).toBe(4)
    })

    it.each(['acceptRequest', 'refuseRequest'] as const)(
      '[C4] lets only the one who was asked %s',
      async (op) => {
        await meet()
        const stranger = await world.person('Stranger')
        const { requestId } = await must(ann, ben)
        expect(await answerTo(ann, op, requestId)).toEqual(failure('notFound'))
        expect(await answerTo(stranger, op, requestId)).toEqual(failure('notFound'))
        expect(await answerTo(ben, op, 1)).toEqual(failure('notFound'))
        expect((await answerTo(ben, op, requestId)).ok).toBe(true)
        expect(await answerTo(ben, op, requestId)).toEqual(failure('requestClosed'))
      },
    )
  })

  describe('refuseRequest', () => {
    it('[C4] tells the sender nothing: his stream does not move and his side stays pending', async () => {
      await meet()
      const { requestId } = await must(ann, ben)
      const before = await ann.snapshot()
      await world.told()
      ann.heard()
      expect((await answerTo(ben, 'refuseRequest', requestId)).ok).toBe(true)
      await world.told()
      expect(ann.heard()).toEqual([])
      expect(await ann.snapshot()).toEqual(before)
      expect((await requestsOf(ann)).map(({ state }) => state)).toEqual(['pending'])
      expect((await requestsOf(ben)).map(({ state }) => state)).toEqual(['refused'])
    })

    it('[C2][C4] asking again after a refusal looks to the sender like any renewal, and can be accepted', async () => {
      await meet()
      const { requestId } = await must(ann, ben)
      await answerTo(ben, 'refuseRequest', requestId)
      expect((await must(ann, ben, 'please')).requestId).toBe(requestId)
      expect((await requestsOf(ben)).map(({ state, message }) => [state, message])).toEqual([
        ['pending', 'please'],
      ])
      expect((await answerTo(ben, 'acceptRequest', requestId)).ok).toBe(true)
    })

    it('[C2][C4] whoever refused may ask himself; being accepted closes both requests', async () => {
      await meet()
      const first = await must(ann, ben)
      await answerTo(ben, 'refuseRequest', first.requestId)
      const second = await must(ben, ann)
      expect(second.requestId).not.toBe(first.requestId)
      expect((await answerTo(ann, 'acceptRequest', second.requestId)).ok).toBe(true)
      for (const person of [ann, ben])
        expect((await requestsOf(person)).map(({ state }) => state)).toEqual(['accepted', 'accepted'])
    })
  })

  it('[C5] contacts come with the letter and sortKey that order them, # last', async () => {
    const me = await world.person('Me')
    const names = ['张伟', '曾国藩', 'Émile', '🐱', '安娜', '单雄信']
    const friends: Person[] = []
    for (const name of names) friends.push(await world.person(name))
    for (const friend of friends) await befriend(me, friend)
    const ids = rowsOf(await me.snapshot(), 'contact').map(({ userId }) => userId)
    const { profiles } = await me.must('accounts.getProfiles', {
      profiles: ids.map((id) => ({ id, have: 0 })),
    })
    const section = ({ letter }: { letter: string }): string => (letter === '#' ? '~' : letter)
    const ordered = profiles.sort((a, b) =>
      `${section(a)} ${a.sortKey}` < `${section(b)} ${b.sortKey}` ? -1 : 1,
    )
    expect(ordered.map(({ letter, name }) => `${letter} ${name}`)).toEqual([
      'A 安娜',
      'E Émile',
      'S 单雄信',
      'Z 曾国藩',
      'Z 张伟',
      '# 🐱',
    ])
  })

  it('[C3] many pairs become friends side by side', async () => {
    const people: Person[] = []
    for (let i = 0; i < 8; i++) people.push(await world.person(`P${i}`))
    const pairs = people.flatMap((a, i) => people.slice(i + 1).map((b) => [a, b] as const))
    const conversations = await Promise.all(pairs.map(([a, b]) => befriend(a, b)))
    expect(new Set(conversations).size).toBe(28)
    for (const person of people) {
      const stream = await person.snapshot()
      expect(rowsOf(stream, 'contact')).toHaveLength(7)
      expect(rowsOf(stream, 'entry')).toHaveLength(7)
    }
  })
})
