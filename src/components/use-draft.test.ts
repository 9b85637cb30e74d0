import { expect, it } from 'vitest'
import { useDraft } from './use-draft'

it('gives the text without the blank lines around it, and keeps its indentation', () => {
  const taken = (text: string): string => useDraft(text).take()
  expect(taken('\n \n  a\n\n b \n\t\n')).toBe('  a\n\n b')
  expect(taken(' a ')).toBe(' a')
  expect(taken('😀')).toBe('😀')
})
