import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { limits } from '../../protocol/limits'
import { databases } from './databases'
import { befriend, createWorld, textOf, type Person, type World } from './world'

const failure = (code: string) => ({ ok: false, error: { code } })
const numbers = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i)

describe.each(databases)('history of a chat on $name', (database) => {
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

  const must = (person: Person, text: string, seenSeq?: number) =>
    person.must('chat.sendMessage', textOf(room, text, seenSeq))
  const list = (person: Person, beforeSeq = Number.MAX_SAFE_INTEGER, limit = 200) =>
    person.must('chat.listMessages', { conversationId: room, beforeSeq, limit })
  const textsOf = async (person: Person) =>
    (await list(person)).rows.map(({ body }) => (body.kind === 'text' ? body.text : body.tip))
  const sql = (text: string, binds: (number | string)[]) =>
    world.db.write(async (c) => void (await c.run(text, binds)))

  describe('history', () => {
    it('comes in pages below a seq, newest page first, each in seq order', async () => {
      for (const n of numbers(2, 12)) await must(ann, `${n}`)
      const pages: number[][] = []
      let before = 13
      for (let more = true; more;) {
        const page = await list(ben, before, 5)
        pages.push(page.rows.map(({ seq }) => seq))
        before = page.rows[0]?.seq ?? 0
        more = page.more
      }
      expect(pages).toEqual([numbers(8, 12), numbers(3, 7), [1, 2]])
      expect(await list(ben, 1, 5)).toEqual({ rows: [], more: false })
    })

    it('[S2] [S5] is in the order of seqs, whatever the times say', async () => {
      for (const n of numbers(2, 9)) await must(ann, `${n}`)
      await sql('update messages set at = 1000000 - 7 * seq where conversation_id = ?', [room])
      expect((await list(ann)).rows.map(({ seq }) => seq)).toEqual(numbers(1, 9))
      expect((await list(ann, 8, 3)).rows.map(({ seq }) => seq)).toEqual([5, 6, 7])
      expect((await ann.snapshot(room)).messages.map(({ seq }) => seq)).toEqual(numbers(1, 9))
    })

    it('[W5] is cut by bytes as well as rows', async () => {
      const text = '字'.repeat(limits.messageTextCharsMax)
      for (let i = 0; i < 20; i++) await must(ann, text)
      const page = await list(ben)
      expect(page.more).toBe(true)
      expect(page.rows.at(-1)?.seq).toBe(21)
      const bytes = Buffer.byteLength(JSON.stringify(page.rows))
      expect(bytes).toBeLessThanOrEqual(limits.pageBytesMax)
      expect(bytes).toBeGreaterThan(limits.pageBytesMax - 16_000)
    })

    it('[V2] is for members only', async () => {
      const stranger = await world.person('Stranger')
      const page = (conversationId: number) =>
        stranger.call('chat.listMessages', { conversationId, beforeSeq: 9, limit: 9 })
      expect(await page(room)).toEqual(failure('notMember'))
      expect(await page(1)).toEqual(failure('notMember'))
    })
  })

  describe('visibility', () => {
    const setPlace = (intervals: string, cleared: number) =>
      sql('update places set intervals_json = ?, cleared_seq = ? where conversation_id = ? and user_id = ?', [
        intervals,
        cleared,
        room,
        ann.userId,
      ])

    it('[V1][Y5] intervals and the cleared floor hide messages in history, resets and changes alike', async () => {
      for (const n of numbers(2, 12)) await must(ben, `${n}`)
      await setPlace('[[1,4],[7,8],[10,null]]', 3)
      const seen = [4, 7, 8, 10, 11, 12]
      expect((await list(ann)).rows.map(({ seq }) => seq)).toEqual(seen)
      expect((await list(ann, 11, 3)).rows.map(({ seq }) => seq)).toEqual([7, 8, 10])
      expect((await ann.snapshot(room)).messages.map(({ seq }) => seq)).toEqual(seen)
      const first = await ann.must('sync.pull', { stream: room, since: 3, limit: 4 })
      expect(first.rows.flatMap((row) => (row.k === 'message' ? [row.seq] : []))).toEqual(seen.slice(0, 4))
      expect(first.more).toBe(true)
      expect((await list(ben)).rows).toHaveLength(12)
    })

    it('[Y5] rows that are hidden do not narrow the range of a page', async () => {
      await must(ann, 'seen')
      const since = (await ann.snapshot(room)).version
      // What follows is not seen by Ann; Ben has not seen hers, so that no place moves with it.
      await setPlace('[[1,2],[50,null]]', 0)
      for (const text of ['one', 'two', 'three']) await must(ben, text)
      const page = await ann.must('sync.pull', { stream: room, since })
      expect(page).toMatchObject({ from: since, to: since + 3, head: since + 3, more: false, rows: [] })
    })

    it('[V1][V2] after leaving, history stays and the stream is shut', async () => {
      await must(ben, 'before')
      await setPlace('[[1,2]]', 0)
      await must(ben, 'behind his back')
      expect(await textsOf(ann)).toEqual(['friendsNow', 'before'])
      expect(await ann.call('sync.pull', { stream: room, since: 0 })).toEqual(failure('notMember'))
      const { heads } = await ann.must('sync.heads', {})
      expect(heads.map(({ stream }) => stream)).toEqual([ann.userId])
      await world.told()
      // The place was closed behind the server's back: it forgets who hears a silent conversation after ten minutes.
      world.clock.advance(10 * 60_000 + 1)
      world.sync.publisher.sweep()
      ann.heard()
      await must(ben, 'again')
      await world.told()
      expect(ann.heard()).toEqual([])
    })

    it('[V2] a stranger can neither pull nor hear, and is told the same of what does not exist', async () => {
      const stranger = await world.person('Stranger')
      const pull = (stream: number) => stranger.call('sync.pull', { stream, since: 0 })
      for (const stream of [room, ann.userId, 1]) expect(await pull(stream)).toEqual(failure('notMember'))
    })
  })
})
