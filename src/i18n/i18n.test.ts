import { describe, expect, it } from 'vitest'
import { errors } from '../../protocol/errors'
import en from './en'
import { showLanguage, t } from './index'
import zhCN from './zh-CN'

const leaves = (value: unknown, path: string): [string, string][] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => leaves(inner, path ? `${path}.${key}` : key))
    : [[path, String(value)]]
const formsOf = (text: string): string[] => text.split(' | ')
const holes = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1] ?? '').sort()

describe('the catalogues', () => {
  const zh = new Map(leaves(zhCN, ''))
  const english = new Map(leaves(en, ''))

  it('have the same keys, and no text is empty', () => {
    expect([...english.keys()].sort()).toEqual([...zh.keys()].sort())
    for (const [key, text] of [...zh, ...english]) expect(text.trim(), key).not.toBe('')
  })

  it('have the same holes in each text', () => {
    for (const [key, text] of zh)
      for (const form of formsOf(english.get(key) ?? '')) expect(holes(form), key).toEqual(holes(text))
  })

  it('[U8] say one friend and two friends: an English text that counts has a form for one', () => {
    showLanguage('en')
    const texts = (n: number) =>
      [...english].filter(([, text]) => text.includes('{n}')).map(([key]) => t(key, { n, max: 5 }))
    expect(texts(1).filter((text) => /\b1 (?:\w+ )?(?!is\b|was\b|has\b)\w+s\b/.test(text))).toEqual([])
    const friends = [0, 1, 2, 11, 21, 101].map((n) => t('contacts.count', { n }))
    expect(friends).toEqual(['0 friends', '1 friend', '2 friends', '11 friends', '21 friends', '101 friends'])
    expect(t('contacts.waiting', { n: 1 })).toBe('1 new request')
    expect(t('contacts.waiting', { n: 2 })).toBe('2 new requests')
    showLanguage('zh-CN')
    expect([1, 2].map((n) => t('contacts.count', { n }))).toEqual(['1位朋友', '2位朋友'])
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
