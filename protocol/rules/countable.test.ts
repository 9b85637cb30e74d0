import { expect, it } from 'vitest'
import { isCountable } from './countable'

it('[R4] texts count as unread, tips do not', () => {
  expect(isCountable('text')).toBe(true)
  expect(isCountable('tip')).toBe(false)
})
