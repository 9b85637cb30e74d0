import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { events, ops } from '../../protocol'
import { errors } from '../../protocol/errors'
import { limits } from '../../protocol/limits'
import { MIN_PROTOCOL_VERSION, PROTOCOL_VERSION } from '../../protocol/version'
import { expectGolden, hashOf, stableJson } from './golden'

/** Everything that an old phone relies on. Doc lines may change freely. */
function definitions(): object {
  const meaning = Object.entries(ops).map(([name, { doc: _doc, ...rest }]) => [name, rest] as const)
  const told = Object.entries(events).map(([name, { data }]) => [name, data] as const)
  return { ops: Object.fromEntries(meaning), events: Object.fromEntries(told), errors, limits }
}

describe('the protocol', () => {
  it('changes only with a decision about its version', async () => {
    await expectGolden(
      stableJson({ version: PROTOCOL_VERSION, min: MIN_PROTOCOL_VERSION, hash: hashOf(definitions()) }),
      'protocol.json',
      'A definition changed. Do phones that are out there still understand? Yes: add a line to the history in ' +
        'protocol/version.ts. No: raise PROTOCOL_VERSION there (and MIN_PROTOCOL_VERSION when their support ends).',
    )
  })

  it('has a line of history for every version', () => {
    const history = readFileSync('protocol/version.ts', 'utf8')
    const told = new Set([...history.matchAll(/^ \* (\d+) {2}\d{4}-\d{2} {2}\S/gm)].map((match) => Number(match[1])))
    const versions = Array.from({ length: PROTOCOL_VERSION }, (_, n) => n + 1)
    expect(versions.filter((version) => !told.has(version))).toEqual([])
  })

  it('has a hash that sees every change of meaning, and no change of order', () => {
    expect(hashOf({ a: 1, b: { c: 2, d: 3 } })).toBe(hashOf({ b: { d: 3, c: 2 }, a: 1 }))
    expect(hashOf({ a: 1 })).not.toBe(hashOf({ a: 2 }))
    expect(hashOf([1, 2])).not.toBe(hashOf([2, 1]))
  })
})
