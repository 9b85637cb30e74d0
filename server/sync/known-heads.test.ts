import { describe, expect, it } from 'vitest'
import { generationMax, KnownHeads } from './known-heads'

const head = (version: number) => ({ version, seq: 0, countable: 0, lastAt: 0 })

describe('heads that are remembered', () => {
  it('are at most two generations, and those that were just used', () => {
    const known = new KnownHeads()
    const put = (stream: number, version: number) => known.keep(new Map([[stream, head(version)]]))
    const streams = Array.from({ length: 5 * generationMax }, (_, n) => n + 1)
    for (const stream of streams) {
      put(stream, 1)
      if (stream % 1_000 === 0) put(7, stream)
    }
    expect(streams.filter((stream) => known.get(stream)).length).toBeLessThanOrEqual(2 * generationMax)
    expect(known.get(7)).toEqual(head(Math.floor((5 * generationMax) / 1_000) * 1_000))
    expect([known.get(1), known.get(5 * generationMax)]).toEqual([undefined, head(1)])
    known.forget()
    expect(streams.some((stream) => known.get(stream))).toBe(false)
  })
})
