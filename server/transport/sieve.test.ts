import { describe, expect, it } from 'vitest'
import { Sieve } from './sieve'

interface Frame {
  first?: number
  text: string
  mask?: readonly number[]
}

/** A frame as a phone writes it, with the shortest length that fits. */
function frame({ first = 0x81, text, mask = [7, 200, 0, 99] }: Frame): Buffer {
  const payload = Buffer.from(text)
  const size = payload.length
  const length = size < 126 ? [size] : size < 65_536 ? [126, size >> 8, size & 255] : [127, 0, 0, 0, 0]
  const rest = size < 65_536 ? [] : [size >>> 24, (size >> 16) & 255, (size >> 8) & 255, size & 255]
  const [short = 0, ...more] = length
  const head = [first, (mask.length > 0 ? 0x80 : 0) | short, ...more, ...rest, ...mask]
  return Buffer.concat([Buffer.from(head), payload.map((byte, n) => byte ^ (mask[n & 3] ?? 0))])
}

/** What reads leave, and what was refused, when texts that start with "no" are. */
function sift(reads: readonly Buffer[], busy: (read: number) => boolean = () => true) {
  const refused: [string, number][] = []
  let read = -1
  const sieve = new Sieve({
    isBusy: () => busy(read),
    refuses(start, bytes) {
      if (start.startsWith('no')) refused.push([start, bytes])
      return start.startsWith('no')
    },
  })
  const left = reads.flatMap((bytes, n) => {
    read = n
    return [...sieve.take(bytes)]
  })
  return { left: Buffer.concat(left), refused }
}

const [yes, no] = [frame({ text: 'yes' }), frame({ text: 'no' })]
const long = (start: string, length: number) => start + 'x'.repeat(length - start.length)

describe('sieve', () => {
  it('[L2] takes out what is refused and leaves the rest as it came', () => {
    const { left, refused } = sift([Buffer.concat([no, yes, no, no, yes, yes, no])])
    expect(left).toEqual(Buffer.concat([yes, yes, yes]))
    expect(refused).toEqual(Array<unknown>(4).fill(['no', 2]))
  })

  it('leaves every read alone while the server is not loaded', () => {
    const read = Buffer.concat([no, yes, no])
    expect(sift([read], () => false)).toEqual({ left: read, refused: [] })
  })

  it.each([125, 126, 300, 65_535, 65_536])('[L2] knows where a message of %i bytes ends', (length) => {
    const [large, alike] = [frame({ text: long('no', length) }), frame({ text: long('yes', length) })]
    const { left, refused } = sift([Buffer.concat([large, yes, alike, no, large])])
    expect(left).toEqual(Buffer.concat([yes, alike]))
    expect(refused.map(([, bytes]) => bytes)).toEqual([length, 2, length])
    expect(refused[0]?.[0]).toBe(long('no', 112))
  })

  it('[L2] a message that is not whole in one read passes, wherever it is cut; those behind it are refused', () => {
    for (const text of ['no', long('no', 200), long('no', 65_536)]) {
      const large = frame({ text })
      for (const at of [1, 2, 3, 5, 7, 9, 13, large.length - 1].filter((n) => n < large.length)) {
        const reads = [
          Buffer.concat([no, large.subarray(0, at)]),
          Buffer.concat([large.subarray(at), no, yes]),
        ]
        const { left, refused } = sift(reads)
        expect(left).toEqual(Buffer.concat([large, yes]))
        expect(refused.length).toBe(2)
      }
    }
  })

  it('keeps count of frames read byte by byte, and of those it did not look into', () => {
    const stream = Buffer.concat([no, yes, frame({ text: long('yes', 70_000) }), no])
    const bytes = Array.from(stream, (_, n) => stream.subarray(n, n + 1))
    expect(sift(bytes).left).toEqual(stream)
    const halves = [stream.subarray(0, 100), stream.subarray(100)]
    expect(sift(halves, (read) => read === 1).left).toEqual(stream.subarray(0, -no.length))
  })

  it('[W1] leaves to the library what is not a text in one masked frame', () => {
    const odd = [
      frame({ text: 'no', first: 0x82 }),
      frame({ text: 'no', first: 0x01 }),
      frame({ text: 'no', first: 0x89 }),
      frame({ text: 'no', first: 0xc1 }),
      frame({ text: 'no', mask: [] }),
    ]
    expect(sift(odd)).toEqual({ left: Buffer.concat(odd), refused: [] })
  })
})
