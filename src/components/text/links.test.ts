import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressOf, partsOf } from '../links'

const linksOf = (text: string): string[] =>
  partsOf(text)
    .filter(({ link }) => link)
    .map((part) => part.text)

describe('[U3] a link in a text', () => {
  it.each([
    ['https://en.wikipedia.org/wiki/Foo_(bar)', 'https://en.wikipedia.org/wiki/Foo_(bar)'],
    ['(https://en.wikipedia.org/wiki/Foo_(bar))', 'https://en.wikipedia.org/wiki/Foo_(bar)'],
    ['(see https://a.example/x_(y)_z).', 'https://a.example/x_(y)_z'],
    ['https://a.example/a[0]{b}', 'https://a.example/a[0]{b}'],
    ['[name](https://a.example/b)more', 'https://a.example/b'],
    ['https://a.example/b(', 'https://a.example/b'],
    ['https://a.example/b?c=(d', 'https://a.example/b?c=(d'],
  ])('keeps the brackets that it opens: %s', (text, link) => {
    expect(linksOf(text)).toEqual([link])
  })

  const ends = Array.from('.,;:!?\'")]}>。，、；：！？」』）】》”’…؟،')
  it.each(ends.map((sign) => [sign]))('ends before %s', (sign) => {
    for (const link of [
      'https://a.example',
      'https://a.example/b',
      'https://a.example/b?c=1',
      'www.a.example/b',
    ])
      expect(linksOf(`${link}${sign}`)).toEqual([link])
    expect(linksOf(`ada@a.example${sign}`)).toEqual(['ada@a.example'])
    expect(linksOf(`https://a.example/b${sign}${sign} c`)).toEqual(['https://a.example/b'])
  })

  it.each([
    ...[
      0xad, 0x34f, 0x61c, 0x115f, 0x180e, 0x2028, 0x3000, 0x3164, 0xa0, 0x1680, 0x85, 0, 0x7f, 0xfeff, 0xfe0f,
    ],
    ...Array.from({ length: 0x10 }, (_, n) => 0x2000 + n),
    ...Array.from({ length: 5 }, (_, n) => 0x202a + n),
    ...Array.from({ length: 0x10 }, (_, n) => 0x2060 + n),
    ...[0xe0020, 0xe0100, 0x1d173],
  ])('ends at the invisible sign %#: U+%s', (code) => {
    const sign = String.fromCodePoint(code)
    expect(linksOf(`https://good.example/${sign}/moc.live//:sptth`)).toEqual(['https://good.example/'])
    expect(linksOf(`https://good.example${sign}.evil.example`)).toEqual(['https://good.example'])
    expect(linksOf(`www.good.example${sign}x`)).toEqual(['www.good.example'])
    expect(linksOf(`ada@good.example${sign}x`)).toEqual(['ada@good.example'])
  })

  it.each([
    ['看https://a.example/b看', 'https://a.example/b'],
    ['请看www.example.org吧', 'www.example.org'],
    ['发到ada@example.org好吗', 'ada@example.org'],
    ['见https://a.example、https://b.example', 'https://a.example https://b.example'],
    ['これはhttps://a.exampleです', 'https://a.example'],
    ['여기https://a.example/b입니다', 'https://a.example/b'],
    ['https://a.example/b👍', 'https://a.example/b'],
  ])('ends where text follows that needs no space: %s', (text, links) => {
    expect(linksOf(text)).toEqual(links.split(' '))
  })

  it.each([
    'http://localhost:8080/a',
    'https://127.0.0.1:65535',
    'http://[::1]:8080/x',
    'https://[2001:db8::7]',
    'HTTPS://EXAMPLE.ORG/A',
    'https://xn--fsq.xn--0zwm56d/x',
    'https://例子.测试/x',
    'https://www.例子.中国',
    'https://münchen.example/straße',
    'https://ru.example/wiki/Привет',
    'https://he.example/wiki/עברית',
    'https://موقع.مصر/x',
    'https://medium.example/@ada/x',
    "https://a.example/it's/Rubik's",
    'https://a.example?x=1&y=2#z',
    'https://a.example/a/b//c/;d=e,f:g!h',
    'https://a.example/100%25/~ada/*',
    'www.example.org',
    'WWW.Example.org:8080/x?y',
    'ada.love+list@mail.example.org',
  ])('is whole: %s', (link) => {
    expect(linksOf(link)).toEqual([link])
    expect(linksOf(`a ${link} b`)).toEqual([link])
    expect(linksOf(`（${link}）`)).toEqual([link])
  })

  it.each([
    'javascript:alert(1)',
    'JavaScript:alert(1)//',
    'data:text/html,<b>x',
    'vbscript:x',
    'file:///etc/passwd',
    'ftp://a.example',
    'https://',
    'https:///a',
    'https://-',
    'https://?x',
    'https://a.8',
    'www.',
    'www.example',
    'www..example.org',
    'a@b',
    'a@b.c',
    '@ada',
    'ada@',
    'a..b@example.org',
    'a@@example.org',
    'x@y.org@z.org',
    'xhttps://a.example',
    'awww.example.org',
  ])('is none: %s', (text) => {
    expect(partsOf(text)).toEqual([{ text, link: false }])
  })

  it.each([
    'https://good.example@evil.example/',
    'https://good.example:443@evil.example/',
    'https://user:password@evil.example',
    'https://good.example;x@evil.example',
    'https://www.good.example@evil.example',
    'https://good.example%2f@evil.example',
  ])('does not hide its host behind a name: %s', (text) => {
    expect(linksOf(text)).toEqual([])
  })

  it('opens what is shown', () => {
    expect(linksOf('https://good.example\\@evil.example')).toEqual(['https://good.example'])
    expect(linksOf('https://good.example\u2215@evil.example')).toEqual(['https://good.example'])
    expect(linksOf('https://good.example／evil.example')).toEqual(['https://good.example'])
    expect(linksOf('https://good.exampleעב/x')).toEqual(['https://good.example'])
    expect(linksOf('https://a.example:99999999/x')).toEqual(['https://a.example'])
    expect(addressOf('HTTPS://a.example/@b')).toBe('HTTPS://a.example/@b')
    expect(addressOf('www.example.org/@b')).toBe('https://www.example.org/@b')
    expect(addressOf('ada@example.org')).toBe('mailto:ada@example.org')
  })

  it('leaves every other character in its place, and opens http, https and mailto alone', () => {
    const bits = [
      'https://',
      'http://',
      'www.',
      'a',
      '例',
      '.',
      '@',
      ':',
      '8',
      '/',
      '?',
      '#',
      '(',
      ')',
      '[',
      ']',
      ' ',
    ]
    const more = [
      '，',
      '\u202e',
      '\u200b',
      'example.org',
      'javascript:',
      '👍',
      '\\',
      '%',
      '-',
      '_',
      "'",
      '"',
      '\n',
      'я',
    ]
    const texts = fc.array(fc.constantFrom(...bits, ...more), { maxLength: 14 }).map((list) => list.join(''))
    fc.assert(
      fc.property(texts, (text) => {
        const parts = partsOf(text)
        expect(parts.map((part) => part.text).join('')).toBe(text)
        for (const part of parts) {
          expect(part.text).not.toBe('')
          if (!part.link) continue
          expect(part.text).not.toMatch(/[\s<>"\\\u200b\u202e，]/)
          const url = new URL(addressOf(part.text))
          expect(['http:', 'https:', 'mailto:']).toContain(url.protocol)
          expect([url.username, url.password]).toEqual(['', ''])
        }
      }),
      { numRuns: 5_000 },
    )
  })

  it('is found in a time that grows with the text and no faster', () => {
    const plain = { charCodeAt: String.prototype.charCodeAt, charAt: String.prototype.charAt }
    const looks = (text: string): number => {
      let count = 0
      const counted = <A extends unknown[], R>(act: (...args: A) => R) =>
        function (this: string, ...args: A): R {
          count++
          return act.apply(this, args)
        }
      Object.assign(String.prototype, {
        charCodeAt: counted(plain.charCodeAt),
        charAt: counted(plain.charAt),
      })
      partsOf(text)
      Object.assign(String.prototype, plain)
      return count
    }
    const shapes = [
      ...[
        'https://',
        'www.',
        ',www.a.b',
        '@',
        'a@',
        'https://a',
        'https://a.',
        'http://a(',
        'a.b',
        '例',
        ')',
      ],
      ...['https://a.b/.', 'https://www.', '.@', 'https://[', 'www.例', 'https://例', ':1', 'https://a:1@'],
    ]
    for (const shape of shapes)
      for (const start of ['', 'https://', 'https://a.example/', 'www.']) {
        const once = start + shape.repeat(100)
        const tenfold = start + shape.repeat(1_000)
        expect(looks(tenfold), `${start}${shape}…`).toBeLessThan(12 * looks(once) + 10_000)
      }
  })
})
