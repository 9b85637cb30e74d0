import { describe, expect, it } from 'vitest'
import { canonical } from './canonical'

describe('canonical', () => {
  it('[F6] gives equal values one text, whatever the order of their keys', () => {
    const text = '{"a":[1,{"x":null,"y":"é"}],"b":true}'
    expect(canonical({ b: true, a: [1, { y: 'é', x: null }] })).toBe(text)
    expect(canonical(JSON.parse(text))).toBe(text)
  })
  it('[F6] leaves out keys that are undefined', () => {
    expect(canonical({ c: undefined, b: { a: undefined }, a: 1 })).toBe('{"a":1,"b":{}}')
  })
  it('[F6] tells an empty object, an empty list and null apart', () => {
    expect([{}, [], null].map(canonical)).toEqual(['{}', '[]', 'null'])
  })
})
