/** The checker passes every true history and finds every bug that is planted in one. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkLines, nothingBroken, type Broken, type Logged } from './check'
import { hashOf, type HistoryLine, type SendLine, type ShowLine } from './events'
import { conv, shownOf, trueWorld, type World } from './model'

const worlds = fc.array(fc.nat(6_000), { minLength: 60, maxLength: 200 }).map(trueWorld)
const runs = { numRuns: 60 }
const rowAt = (seq: number): Logged => ({ seq, sender: 1, clientId: `m${seq}`, text: `m${seq}` })

const acks = (world: World) => world.lines.filter((l): l is SendLine => l.op === 'send' && l.status === 'ok')
const shows = (world: World) => world.lines.filter((l): l is ShowLine => l.op === 'show')
const isAcked = (world: World, row: Logged) => acks(world).some(({ cid }) => cid === row.clientId)
const t = (world: World, row: Logged, status: SendLine['status']) =>
  world.lines.find((l) => l.op === 'send' && l.status === status && l.cid === row.clientId)?.t

/** Exchanges the seqs of two rows everywhere: the server stored them the other way round. */
function exchange({ lines, truth }: World, a: Logged, b: Logged): void {
  const other = new Map([
    [a.seq, b.seq],
    [b.seq, a.seq],
  ])
  for (const line of lines)
    if (line.op === 'send' && line.seq !== undefined) line.seq = other.get(line.seq) ?? line.seq
  ;[a.seq, b.seq] = [b.seq, a.seq]
  truth.log.sort((x, y) => x.seq - y.seq)
  for (const show of lines.filter((l): l is ShowLine => l.op === 'show')) {
    const from = show.rows[0]?.[0] ?? 0
    show.rows = show.rows.map((_, n) => shownOf(truth.log[from - 1 + n] as Logged))
  }
}
function neighbours(world: World, fits: (a: Logged, b: Logged) => boolean): [Logged, Logged] | undefined {
  for (const [n, b] of world.truth.log.entries()) {
    const a = world.truth.log[n - 1]
    if (a && fits(a, b)) return [a, b]
  }
  return undefined
}
const copyToEnd = ({ truth }: World, row: Logged | undefined) =>
  row && truth.log.push({ ...row, seq: truth.log.length + 1 })
const insertLine = ({ lines }: World, line: HistoryLine) => lines.push({ ...line, t: lines.length + 1 })
const longShow = (world: World) => shows(world).find(({ rows }) => rows.length > 1)

/** Each plants one bug, or gives false where this world has no place for it. */
const bugs: Record<string, { rule: keyof Broken; plant: (world: World) => unknown }> = {
  'an acked text is another': {
    rule: 'lost',
    plant: (w) => {
      const row = w.truth.log.find((r) => isAcked(w, r))
      return row && (row.text = 'else')
    },
  },
  'the last acked messages are gone': {
    rule: 'lost',
    plant: (w) => {
      const row = w.truth.log.find((r) => isAcked(w, r))
      return row && w.truth.log.splice(row.seq - 1)
    },
  },
  'an acked message is stored again': {
    rule: 'doubled',
    plant: (w) =>
      copyToEnd(
        w,
        w.truth.log.find((r) => isAcked(w, r)),
      ),
  },
  'a message without an answer is stored again': {
    rule: 'infoTwice',
    plant: (w) =>
      copyToEnd(
        w,
        w.truth.log.find((r) => !isAcked(w, r)),
      ),
  },
  'a seq is left out': {
    rule: 'holes',
    plant: ({ truth }) => {
      const last = truth.log.at(-1)
      return last && last.seq++
    },
  },
  'a message overtakes one that was acked before it was sent': {
    rule: 'inversions',
    plant: (w) => {
      const pair = neighbours(w, (a, b) => (t(w, a, 'ok') ?? Infinity) < (t(w, b, 'invoke') ?? 0))
      if (pair) exchange(w, ...pair)
      return pair
    },
  },
  'a message overtakes another of its sender': {
    rule: 'unfifo',
    plant: (w) => {
      const pair = neighbours(w, (a, b) => a.sender === b.sender)
      if (pair) exchange(w, ...pair)
      return pair
    },
  },
  'a refused message is there': {
    rule: 'ghosts',
    plant: (w) => {
      const row = w.truth.log.find((r) => !isAcked(w, r))
      const sent = w.lines.find((l): l is SendLine => l.op === 'send' && l.cid === row?.clientId)
      if (sent) insertLine(w, { ...sent, status: 'fail' })
      return sent
    },
  },
  'a message is there that nobody sent': {
    rule: 'ghosts',
    plant: (w) => {
      const row = w.truth.log.at(-1)
      return row && w.truth.log.push({ ...row, seq: row.seq + 1, clientId: 'nobody' })
    },
  },
  'a device shows two messages the wrong way round': {
    rule: 'shownOutOfOrder',
    plant: (w) => {
      const show = longShow(w)
      return show && (show.rows = [...show.rows].reverse())
    },
  },
  'a device leaves one out': {
    rule: 'shownOutOfOrder',
    plant: (w) => {
      const show = shows(w).find(({ rows }) => rows.length > 2)
      return show && (show.rows = [...show.rows.slice(0, 1), ...show.rows.slice(2)])
    },
  },
  'a device shows one twice': {
    rule: 'shownTwice',
    plant: (w) => {
      const show = longShow(w)
      return show && (show.rows = show.rows.flatMap((row, n) => (n === 0 ? [row, row] : [row])))
    },
  },
  'a device shows another text': {
    rule: 'shownFalse',
    plant: (w) => {
      const show = longShow(w)
      return show && (show.rows = show.rows.map(([seq, from, cid]) => [seq, from, cid, 'else'] as const))
    },
  },
  'a device never gets the last messages': {
    rule: 'shownFalse',
    plant: (w) => {
      const show = shows(w).at(-1)
      return show && show.rows.length > 0 && (show.rows = show.rows.slice(0, -1))
    },
  },
  'somebody who is no member sees it': {
    rule: 'shownToOutsiders',
    plant: (w) => {
      const show = longShow(w)
      if (show) insertLine(w, { ...show, proc: 'phone of 9', user: 9, keep: 0 })
      return show
    },
  },
  'a member sees what was said before he came': {
    rule: 'shownToOutsiders',
    plant: (w) => {
      const [, member] = w.truth.members ?? []
      return longShow(w) && member && (member.intervals = [[w.truth.log.length, w.truth.log.length]])
    },
  },
  'a read mark moves back': {
    rule: 'marks',
    plant: (w) => {
      const mark = [...w.lines].reverse().find((l) => l.op === 'read')
      if (mark?.op !== 'read' || mark.seq === 0) return false
      insertLine(w, { ...mark, seq: mark.seq - 1 })
      return true
    },
  },
  'a read mark is lost': {
    rule: 'marks',
    plant: ({ truth }) => {
      const member = truth.members?.find(({ read }) => read)
      if (member) member.read = 0
      return member
    },
  },
  'a device shows a wrong unread number': {
    rule: 'unread',
    plant: (w) => {
      const show = shows(w).at(-1)
      return show && show.unread++ >= 0
    },
  },
}

describe('history checker', () => {
  it('passes true histories of any shape', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async ({ lines, truth }) => {
        const verdict = await checkLines(lines, [truth])
        expect(verdict.examples).toEqual([])
        expect(verdict.broken).toEqual(nothingBroken)
      }),
      runs,
    )
  })

  it.each(Object.entries(bugs))('finds it when %s', async (_, { rule, plant }) => {
    await fc.assert(
      fc.asyncProperty(worlds, async (world) => {
        // A world without a place for it does not count.
        fc.pre(Boolean(plant(world)))
        const { broken } = await checkLines(world.lines, [world.truth])
        expect(broken[rule]).toBeGreaterThan(0)
      }),
      runs,
    )
  })

  it('has a planted bug for each rule', () => {
    const rules = new Set(Object.values(bugs).map(({ rule }) => rule))
    expect([...rules].sort()).toEqual(Object.keys(nothingBroken).sort())
  })

  it('looks at each message a fixed number of times, however many there are', async () => {
    let looks = 0
    const watched = <T extends object>(it: T): T =>
      new Proxy(it, { get: (target, name) => (looks++, Reflect.get(target, name)) })
    const looksAt = async (messages: number) => {
      looks = 0
      const log = Array.from({ length: messages }, (_, n) => rowAt(n + 1))
      const lines = log.flatMap(({ clientId: cid, seq }): SendLine[] => {
        const line = { op: 'send', proc: '1', sender: 1, conv, cid, hash: hashOf(cid) } as const
        return [
          { ...line, t: seq * 2, status: 'invoke' },
          { ...line, t: seq * 2 + 1, status: 'ok', seq },
        ]
      })
      const truth = { conversationId: conv, log: log.map(watched) }
      const verdict = await checkLines(lines.map(watched), [truth])
      expect(verdict).toMatchObject({ acked: messages, broken: nothingBroken })
      return looks
    }
    const few = await looksAt(100)
    expect(few).toBeGreaterThan(300)
    expect(await looksAt(1_000)).toBe(few * 10)
  })
})
