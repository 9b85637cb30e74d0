import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeDown, decodeUp, digestOf, encode, type Down, type Up } from './wire'

const id = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })
const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown)
const up: fc.Arbitrary<Up> = fc.oneof(
  fc.record({
    t: fc.constant('hello' as const),
    v: fc.nat(),
    token: fc.string(),
    features: fc.array(fc.string(), { maxLength: 32 }),
  }),
  fc.record({ t: fc.constant('req' as const), id, op: fc.string(), in: json }),
  fc.constant({ t: 'ping' as const }),
)
const failure = fc.record({ code: fc.constantFrom('notFound' as const, 'internal' as const) })
const down: fc.Arbitrary<Down> = fc.oneof(
  fc.record({
    t: fc.constant('welcome' as const),
    v: fc.nat(),
    userId: id,
    now: fc.nat(),
    features: fc.array(fc.string()),
  }),
  fc.record({ t: fc.constant('res' as const), id, ok: fc.constant(true as const), out: json }),
  fc.record({ t: fc.constant('res' as const), id, ok: fc.constant(false as const), error: failure }),
  fc.record({ t: fc.constant('ev' as const), ev: fc.string(), data: json }),
  fc.record({ t: fc.constant('pong' as const), digest: fc.nat() }),
  fc.record({ t: fc.constant('bye' as const), error: failure, afterMs: fc.nat() }),
)

describe('frames', () => {
  it('[W1] of a phone come back as they were', () => {
    fc.assert(
      fc.property(up, (frame) => {
        expect(decodeUp(encode(frame))).toEqual(frame)
      }),
    )
  })
  it('[W1] of a server come back as they were, one or several in a message', () => {
    fc.assert(
      fc.property(down, (frame) => {
        expect(decodeDown(encode(frame))).toEqual([frame])
      }),
    )
    fc.assert(
      fc.property(fc.array(down), (frames) => {
        expect(decodeDown(`[${frames.map(encode).join()}]`)).toEqual(frames)
      }),
    )
  })
  it('[W1] any text decodes without a throw, and what is no frame to nothing', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          json.map((value) => JSON.stringify(value)),
        ),
        (text) => {
          expect(Array.isArray(decodeDown(text))).toBe(true)
          decodeUp(text)
        },
      ),
    )
    expect(decodeDown('not json')).toEqual([])
    expect(decodeDown('[1, null, [], {"t": 1}, {"x": 2}]')).toEqual([])
  })
  it.each([
    '',
    'null',
    '[]',
    '"ping"',
    '{}',
    '{"t":"other"}',
    '{"t":"req","id":"1","op":"a"}',
    '{"t":"req","id":1.5,"op":"a"}',
    '{"t":"req","id":1}',
    '{"t":"hello","v":1}',
    '{"t":"hello","token":"x"}',
    '[{"t":"ping"}]',
  ])('[W1] is refused from a phone: %s', (text) => {
    expect(decodeUp(text)).toBeUndefined()
  })
  it('[W2] features of a hello are texts, at most 32, and may be absent', () => {
    const hello = (features: unknown) => decodeUp(JSON.stringify({ t: 'hello', v: 1, token: 'x', features }))
    expect(hello(['a', 1, null, 'b'])).toMatchObject({ features: ['a', 'b'] })
    expect(hello(undefined)).toMatchObject({ features: [] })
    expect(hello(Array.from({ length: 40 }, String))).toHaveProperty('features.length', 32)
  })
})

const pairs = fc.uniqueArray(fc.tuple(id, fc.nat()), { maxLength: 30, selector: ([stream]) => stream })

describe('the digest', () => {
  it('[Y9] is 32 bits and does not depend on the order', () => {
    fc.assert(
      fc.property(
        pairs.chain((list) => fc.tuple(fc.constant(list), shuffled(list))),
        ([list, other]) => {
          const digest = digestOf(list)
          expect(digest).toBe(digestOf(other))
          expect(digest).toBe(digest >>> 0)
        },
      ),
    )
  })
  it('[Y9] changes when one version or one stream changes', () => {
    fc.assert(
      fc.property(
        pairs,
        id,
        fc.nat(),
        fc.integer({ min: 1, max: 2 ** 40 }),
        (list, stream, version, step) => {
          const rest = list.filter(([other]) => other !== stream)
          const held = digestOf([...rest, [stream, version]])
          expect(digestOf([...rest, [stream, version + step]])).not.toBe(held)
          expect(digestOf(rest)).not.toBe(held)
        },
      ),
    )
  })
  it('[Y9] tells apart versions swapped between two streams, and ids that differ only above 32 bits', () => {
    const [a, b] = [2 ** 40 + 5, 5]
    expect(
      digestOf([
        [a, 1],
        [b, 2],
      ]),
    ).not.toBe(
      digestOf([
        [a, 2],
        [b, 1],
      ]),
    )
    expect(digestOf([[a, 1]])).not.toBe(digestOf([[b, 1]]))
    expect(digestOf([])).toBe(0)
  })
})

function shuffled<T>(list: T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length })
}
