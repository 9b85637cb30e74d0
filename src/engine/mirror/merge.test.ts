import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MessageRow, StreamRow } from '../../../protocol/records'
import { applyFrame, applyHistory, applyPull, emptyStream, trim, type Frame, type Stream } from './merge'

const message = (seq: number, v: number, text = `m${seq}`): MessageRow => ({
  k: 'message',
  v,
  seq,
  from: 7,
  clientId: `client-${seq}`,
  at: 1000 + seq,
  countable: seq,
  body: { kind: 'text', text },
})
const place = (userId: number, v: number, seq: number): StreamRow => ({
  k: 'place',
  v,
  userId,
  role: 'member',
  read: { seq, countable: seq },
  joined: { seq: 0, countable: 0 },
})
const frame = (from: number, rows: StreamRow[], to = from + rows.length): Frame => ({
  stream: 1,
  from,
  to,
  rows,
})
const plain = (stream: Stream) => ({ ...stream, rows: [...stream.rows].sort(([a], [b]) => (a < b ? -1 : 1)) })
const seqs = (stream: Stream) => stream.messages.map((m) => m.seq)

describe('merge', () => {
  it('[Y3] the greater version wins, an equal or smaller one is no change', () => {
    const stream = emptyStream()
    applyFrame(stream, frame(0, [message(1, 1), place(7, 2, 0)]))
    applyFrame(stream, frame(2, [message(1, 3, 'changed'), place(7, 4, 1)]))
    const held = plain(stream)
    applyPull(stream, {
      stream: 1,
      reset: false,
      from: 0,
      to: 4,
      head: 4,
      more: false,
      rows: [message(1, 1), place(7, 2, 0), message(1, 3, 'another')],
    })
    expect(plain(stream)).toEqual(held)
    expect(stream.messages[0]?.body).toEqual({ kind: 'text', text: 'changed' })
  })

  it('[S2] [S5] messages stand by seq, whatever their times say', () => {
    const stream = emptyStream()
    const at = (seq: number, time: number) => ({ ...message(seq, seq), at: time })
    applyFrame(stream, frame(0, [at(1, 500), at(2, 900), at(3, 100)]))
    applyFrame(stream, frame(3, [at(4, 500)]))
    expect(seqs(stream)).toEqual([1, 2, 3, 4])
  })

  it('[Y4] a frame is applied only where it begins at what is held', () => {
    const stream = emptyStream()
    expect(applyFrame(stream, frame(0, [message(1, 1)]))).toBe('applied')
    expect(applyFrame(stream, frame(0, [message(1, 1)]))).toBe('old')
    expect(applyFrame(stream, frame(2, [message(3, 3)]))).toBe('gap')
    expect(seqs(stream)).toEqual([1])
    expect(applyFrame(stream, frame(0, [message(1, 1), message(2, 2)]))).toBe('applied')
    expect(stream.version).toBe(2)
  })

  it('[Y5] an empty frame moves the version', () => {
    const stream = emptyStream()
    expect(applyFrame(stream, frame(0, [], 3))).toBe('applied')
    expect(stream.version).toBe(3)
  })

  it('[Y6] a reset drops every row of the stream and sets the window', () => {
    const stream = emptyStream()
    applyFrame(stream, frame(0, [message(1, 1), place(7, 2, 0), place(8, 3, 0)]))
    const page = { stream: 1, reset: true, from: 0, to: 900, head: 900, more: false }
    expect(applyPull(stream, { ...page, rows: [place(7, 5, 2), message(50, 899), message(51, 900)] })).toBe(
      'applied',
    )
    expect(seqs(stream)).toEqual([50, 51])
    expect([...stream.rows.keys()]).toEqual(['place:7'])
    expect(stream.floorSeq).toBe(50)
    expect(stream.version).toBe(900)
    applyPull(stream, { ...page, to: 1, head: 1, rows: [] })
    expect([stream.version, stream.floorSeq]).toEqual([1, 1])
  })

  it('[Y2] a page that begins after what is held, or from a server that went back, changes nothing', () => {
    const stream = emptyStream()
    applyFrame(stream, frame(0, [message(1, 1), message(2, 2)]))
    const page = { stream: 1, reset: false, more: false, rows: [message(5, 5)] }
    expect(applyPull(stream, { ...page, from: 4, to: 5, head: 5 })).toBe('gap')
    expect(applyPull(stream, { ...page, from: 1, to: 1, head: 1 })).toBe('back')
    expect(seqs(stream)).toEqual([1, 2])
  })

  it('[Y10] a change below the window is ignored and the version advances', () => {
    const stream = emptyStream()
    applyPull(stream, {
      stream: 1,
      reset: true,
      from: 0,
      to: 60,
      head: 60,
      more: false,
      rows: [message(60, 60)],
    })
    applyFrame(stream, frame(60, [message(3, 61, 'edited')]))
    expect(seqs(stream)).toEqual([60])
    expect(stream.version).toBe(61)
  })

  it('[Y10] history lowers the floor, never moves the version, and does not hide a change that overtook it', () => {
    const stream = emptyStream()
    applyPull(stream, {
      stream: 1,
      reset: true,
      from: 0,
      to: 60,
      head: 60,
      more: false,
      rows: [message(5, 60)],
    })
    stream.aside = []
    applyFrame(stream, frame(60, [message(4, 61, 'edited')]))
    applyHistory(stream, 5, { rows: [message(3, 3), message(4, 4)], more: true })
    expect(seqs(stream)).toEqual([3, 4, 5])
    expect([stream.version, stream.floorSeq, stream.aside]).toEqual([61, 3, undefined])
    expect(stream.messages[1]?.body).toEqual({ kind: 'text', text: 'edited' })
    applyHistory(stream, 3, { rows: [], more: true })
    expect(stream.floorSeq).toBe(3)
    // Its frame is still on the way: it moves the version, not this page.
    applyHistory(stream, 3, { rows: [message(2, 62)], more: false })
    expect([seqs(stream)[0], stream.floorSeq, stream.version]).toEqual([2, 1, 61])
  })

  it('[Y10] a page of history that a reset cut off is dropped', () => {
    const stream = emptyStream()
    applyPull(stream, {
      stream: 1,
      reset: true,
      from: 0,
      to: 90,
      head: 90,
      more: false,
      rows: [message(90, 90)],
    })
    applyHistory(stream, 5, { rows: [message(3, 3)], more: true })
    expect(seqs(stream)).toEqual([90])
  })

  it('[Y10] trimming keeps the newest and raises the floor', () => {
    const stream = emptyStream()
    applyFrame(
      stream,
      frame(
        0,
        [1, 2, 3].map((n) => message(n, n)),
      ),
    )
    trim(stream, 5)
    expect(seqs(stream)).toEqual([1, 2, 3])
    trim(stream, 2)
    expect([seqs(stream), stream.floorSeq]).toEqual([[2, 3], 2])
  })
})

/** A log of one stream: version n is the n-th change. */
const logs = fc
  .array(fc.record({ seq: fc.integer({ min: 1, max: 12 }), place: fc.boolean() }), {
    minLength: 1,
    maxLength: 40,
  })
  .map((changes) =>
    changes.map((c, i): StreamRow =>
      c.place ? place(c.seq, i + 1, i) : message(c.seq, i + 1, `version ${i + 1}`),
    ),
  )
const whole = (log: StreamRow[]) => {
  const stream = emptyStream()
  applyFrame(stream, frame(0, log))
  return plain(stream)
}

describe('merge, for any log', () => {
  it('[Y2] [Y3] any cut into pages gives the same mirror', () => {
    fc.assert(
      fc.property(
        logs,
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 40, maxLength: 40 }),
        (log, sizes) => {
          const stream = emptyStream()
          while (stream.version < log.length) {
            const from = stream.version
            const to = Math.min(log.length, from + (sizes.pop() ?? 1))
            const latest = new Map(
              log.slice(from).map((row) => [row.k === 'message' ? `message${row.seq}` : row.k, row]),
            )
            // A server answers the current rows: one that changed again later comes with its later version only.
            const rows = log
              .slice(from, to)
              .filter((row) => row.k !== 'message' || latest.get(`message${row.seq}`) === row)
            applyPull(stream, {
              stream: 1,
              reset: false,
              from,
              to,
              head: log.length,
              more: to < log.length,
              rows,
            })
          }
          expect(plain(stream)).toEqual(whole(log))
        },
      ),
    )
  })

  it('[Y3] [Y4] duplicated and reordered frames, with a pull where one leaves a gap, give the same mirror', () => {
    fc.assert(
      fc.property(logs, fc.array(fc.nat(39), { maxLength: 80 }), (log, arrivals) => {
        const stream = emptyStream()
        for (const n of arrivals) {
          const from = n % log.length
          const size = 1 + (n % 3)
          const outcome = applyFrame(stream, frame(from, log.slice(from, from + size)))
          if (outcome !== 'gap') continue
          const since = stream.version
          const to = from + 1
          applyPull(stream, {
            stream: 1,
            reset: false,
            from: since,
            to,
            head: log.length,
            more: true,
            rows: log.slice(since, to),
          })
        }
        const since = stream.version
        applyPull(stream, {
          stream: 1,
          reset: false,
          from: since,
          to: log.length,
          head: log.length,
          more: false,
          rows: log.slice(since),
        })
        expect(plain(stream)).toEqual(whole(log))
      }),
    )
  })
})
