import { describe, expect, it } from 'vitest'
import { dropLast, emojis } from './emoji'
import { colourOf, initialsOf } from './initials'
import { partsOf } from './links'

describe('links in a text', () => {
  it('end before punctuation and Han text, and the rest stays', () => {
    expect(partsOf('看 https://a.example/x?y=1，好')).toEqual([
      { text: '看 ', link: false },
      { text: 'https://a.example/x?y=1', link: true },
      { text: '，好', link: false },
    ])
    expect(partsOf('(http://a.example/b).').map((p) => p.text)).toEqual(['(', 'http://a.example/b', ').'])
  })

  it('are only http and https', () => {
    const text = 'javascript:alert(1) ftp://x data:text/html,1'
    expect(partsOf(text)).toEqual([{ text, link: false }])
  })
})

describe('emoji', () => {
  it('are deleted whole', () => {
    for (const emoji of [...emojis, '👨‍👩‍👧', '🇨🇳', '👍🏽', '1️⃣']) expect(dropLast(`a${emoji}`), emoji).toBe('a')
    expect(dropLast('你好')).toBe('你')
    expect(dropLast('a\n')).toBe('a')
    expect(dropLast('')).toBe('')
  })

  it('stand in the panel once each', () => {
    expect(new Set(emojis).size).toBe(emojis.length)
  })
})

describe('an avatar without a picture', () => {
  it('shows initials', () => {
    const shown = {
      李小明: '小明',
      'Alice Zhang': 'AZ',
      bob: 'B',
      '  ': '?',
      '99号': '号',
      '😀Smile': '😀',
      'Ωmega 3': 'Ω3',
    }
    expect(Object.keys(shown).map(initialsOf)).toEqual(Object.values(shown))
  })

  it('spreads the ids that the server makes over the colours', () => {
    const ids = Array.from({ length: 64 }, (_, n) => 244_021_099_827_200 + n * 4096 * 7)
    expect(new Set(ids.map(colourOf)).size).toBe(8)
  })

  it('has a colour on which white text has a contrast of 4.5 or more', () => {
    const light = (hex: string): number => {
      const channels = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
      const [r = 0, g = 0, b = 0] = channels.map((c) =>
        c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4,
      )
      return 0.2126 * r + 0.7152 * g + 0.0722 * b
    }
    for (let id = 0; id < 64; id++)
      expect(1.05 / (light(colourOf(id)) + 0.05), colourOf(id)).toBeGreaterThan(4.5)
  })
})
