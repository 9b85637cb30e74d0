import { describe, expect, it } from 'vitest'
import { limits } from '../../protocol/limits'
import { Bucket } from './bucket'
import { shapeFits } from './shape'

const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) })
const wide = (keys: number): object =>
  Object.fromEntries(Array.from({ length: keys }, (_, n) => [`k${n}`, n]))

describe('shapeFits', () => {
  it('[W1] takes what is at the bounds and nothing beyond', () => {
    expect(shapeFits(nested(limits.jsonDepthMax))).toBe(true)
    expect(shapeFits(nested(limits.jsonDepthMax + 1))).toBe(false)
    expect(shapeFits(wide(limits.jsonKeysMax))).toBe(true)
    expect(shapeFits(wide(limits.jsonKeysMax + 1))).toBe(false)
    expect(shapeFits([wide(256), { a: wide(256) }])).toBe(false)
    for (const value of [undefined, null, 1, 'x', [], {}]) expect(shapeFits(value)).toBe(true)
  })
  it('[W1] looks no deeper than the bound, whatever fits in a frame', () => {
    let looked = 0
    const watched = (inner: unknown): unknown =>
      new Proxy([inner], { ownKeys: (target) => ((looked += 1), Reflect.ownKeys(target)) })
    let deep: unknown = 1
    for (let n = 0; n < 32_000; n++) deep = watched(deep)
    expect(shapeFits(deep)).toBe(false)
    expect(looked).toBe(limits.jsonDepthMax)
  })
})

describe('Bucket', () => {
  it('lets one second of calls through at once, then as many as time brings', () => {
    const bucket = new Bucket(10, 0)
    const taken = (now: number) =>
      Array.from({ length: 20 }, () => bucket.take(now)).filter((left) => left >= 0)
    expect(taken(0)).toHaveLength(10)
    expect(bucket.take(500)).toBeLessThan(0)
    expect(taken(60_000)).toHaveLength(10)
  })
  it('does not give time back when a clock goes backwards', () => {
    const bucket = new Bucket(10, 1_000)
    expect(bucket.take(0)).toBe(9)
    expect(bucket.take(0)).toBe(8)
  })
})
