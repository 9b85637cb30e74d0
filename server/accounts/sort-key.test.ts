import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { limits } from '../../protocol/limits'
import { sortPlaceOf } from './sort-key'

describe('sortPlaceOf', () => {
  it.each([
    ['张伟', 'zhang wei', 'Z'],
    ['曾国藩', 'zeng guo fan', 'Z'],
    ['单雄信', 'shan xiong xin', 'S'],
    ['仇英', 'qiu ying', 'Q'],
    ['朴树', 'piao shu', 'P'],
    ['翟天临', 'zhai tian lin', 'Z'],
    ['欧阳锋', 'ou yang feng', 'O'],
    ['尉迟恭', 'yu chi gong', 'Y'],
    ['吕布', 'lv bu', 'L'],
    ['曾', 'zeng', 'Z'],
    ['李Lei雷', 'li lei lei', 'L'],
    ['Tom 张', 'tom zhang', 'T'],
    ['  Ann   Lee ', 'ann lee', 'A'],
    ['Émile', 'emile', 'E'],
    ['ß', 'ss', 'S'],
    ['Straße', 'strasse', 'S'],
    ['Ærø', 'aero', 'A'],
    ['Łódź', 'lodz', 'L'],
    ['Ｗｅｉ', 'wei', 'W'],
    ['Nguyễn', 'nguyen', 'N'],
    ['007', '007', '#'],
    ['_x_', '_x_', '#'],
    ['Иван', '~00418~00432~00430~0043d', '#'],
    ['🐱', '~1f431', '#'],
    ['🐱Tom', '~1f431tom', '#'],
    ['さくら', '~03055~0304f~03089', '#'],
  ])('[C5] %s stands at %s in section %s', (name, sortKey, letter) => {
    expect(sortPlaceOf(name)).toEqual({ sortKey, letter })
  })

  it('[C5] sorts by syllable: 西安 before 先', () => {
    expect(sortPlaceOf('西安').sortKey < sortPlaceOf('先').sortKey).toBe(true)
  })

  const name = fc
    .oneof(
      fc.string({ unit: 'binary', maxLength: limits.nameCharsMax }),
      fc.string({
        unit: fc.constantFrom('曾', '单', '女', 'a', 'Z', 'é', 'ß', '🐱', ' ', '9', '𠮷', '㎦', 'ﷺ'),
      }),
    )
    .map((text) => text.slice(0, limits.nameCharsMax))

  it('[C5] is printable ASCII that fits its column, and a letter A to Z or #', () => {
    fc.assert(
      fc.property(name, (text) => {
        const { sortKey, letter } = sortPlaceOf(text)
        expect(sortKey).toMatch(/^[\x20-\x7e]{0,500}$/)
        expect(letter).toMatch(/^[A-Z#]$/)
        expect(letter === '#').toBe(!/^[a-z]/.test(sortKey))
      }),
    )
  })

  it('[C5] does not depend on the case of Latin names', () => {
    const latin = fc.string({ unit: fc.constantFrom('a', 'b', 'x', 'z', 'é', 'ü', 'ñ', ' '), maxLength: 20 })
    fc.assert(
      fc.property(latin, (text) => {
        expect(sortPlaceOf(text.toUpperCase())).toEqual(sortPlaceOf(text))
      }),
    )
  })
})
