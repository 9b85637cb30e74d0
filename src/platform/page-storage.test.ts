import { expect, it } from 'vitest'
import { reach } from './page-storage'

const denied = () => {
  throw new DOMException('denied', 'SecurityError')
}

it('[O12] is the browser’s where there is one', () => {
  expect(reach(() => globalThis.localStorage)).toBe(globalThis.localStorage)
})

it.each([
  ['throws at its name', denied],
  ['is not there', () => undefined as unknown as Storage],
  ['throws when it is read', () => ({ getItem: denied }) as unknown as Storage],
])('[O12] lives in memory where it %s', (_how, storage) => {
  const held = reach(storage)
  expect([held.getItem('a'), held.length, held.key(0)]).toEqual([null, 0, null])
  held.setItem('a', '1')
  held.setItem('b', '2')
  held.removeItem('a')
  expect([held.getItem('a'), held.getItem('b'), held.length, held.key(0)]).toEqual([null, '2', 1, 'b'])
  held.clear()
  expect(held.length).toBe(0)
})
