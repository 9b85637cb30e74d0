import { describe, expect, it } from 'vitest'
import { useDraft } from './use-draft'

it('gives the text without the blank lines around it, and keeps its indentation', () => {
  const taken = (text: string): string => useDraft(text).take()
  expect(taken('\n \n  a\n\n b \n\t\n')).toBe('  a\n\n b')
  expect(taken(' a ')).toBe(' a')
  expect(taken('😀')).toBe('😀')
})

describe('what can be sent', () => {
  it.each([
    ['', false, undefined],
    [' \n', false, undefined],
    ['\u200b', false, 'hidden'],
    [' \u2800', false, 'hidden'],
    ['\ud83d', false, 'torn'],
    ['a\u200b', true, undefined],
    ['🙂', true, undefined],
  ])('[T1, T4] %j: %s, and %s tells why', (text, canSend, fault) => {
    const draft = useDraft(text)
    expect([draft.canSend.value, draft.fault.value]).toEqual([canSend, fault])
  })
})
