import { describe, expect, it } from 'vitest'
import { errors } from '../../protocol/errors'
import en from './en'
import { showLanguage, t } from './index'
import zhCN from './zh-CN'

const leaves = (value: unknown, path: string): [string, string][] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => leaves(inner, path ? `${path}.${key}` : key))
    : [[path, String(value)]]
const holes = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1] ?? '').sort()

describe('the catalogues', () => {
  const zh = new Map(leaves(zhCN, ''))
  const english = new Map(leaves(en, ''))

  it('have the same keys, and no text is empty', () => {
    expect([...english.keys()].sort()).toEqual([...zh.keys()].sort())
    for (const [key, text] of [...zh, ...english]) expect(text.trim(), key).not.toBe('')
  })

  it('have the same holes in each text', () => {
    for (const [key, text] of zh) expect(holes(english.get(key) ?? ''), key).toEqual(holes(text))
  })

  it('have a text for every error code, under the key that the protocol names', () => {
    for (const { text } of Object.values(errors)) expect(zh.has(text) && english.has(text), text).toBe(true)
  })

  it('fill holes without making code from text', () => {
    showLanguage('en')
    expect(t('room.counter', { n: 3, max: 5 })).toBe('3 / 5')
    expect(t('time.weekday.1')).toBe('Monday')
    showLanguage('zh-CN')
    expect(t('room.unreadPill', { n: 12 })).toBe('12条未读')
  })
})
