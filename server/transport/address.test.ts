import { describe, expect, it } from 'vitest'
import { addressOf, bucketsOf } from './address'

const forwarded = (...list: string[]) => ({ 'x-forwarded-for': list.join(', ') })

describe('addressOf', () => {
  it('believes nobody without a trusted proxy', () => {
    expect(addressOf(forwarded('6.6.6.6'), '10.0.0.1', 0)).toBe('10.0.0.1')
  })
  it('believes as many entries as there are proxies, from the end', () => {
    expect(addressOf(forwarded('6.6.6.6', '7.7.7.7'), '10.0.0.1', 1)).toBe('7.7.7.7')
    expect(addressOf(forwarded('6.6.6.6', '7.7.7.7'), '10.0.0.1', 2)).toBe('6.6.6.6')
    expect(addressOf(forwarded('7.7.7.7'), '10.0.0.1', 3)).toBe('7.7.7.7')
  })
  it('takes the line itself when the header is absent or no address', () => {
    expect(addressOf({}, '10.0.0.1', 1)).toBe('10.0.0.1')
    expect(addressOf(forwarded('<script>'), '10.0.0.1', 1)).toBe('10.0.0.1')
    expect(addressOf({}, undefined, 0)).toBe('unknown')
  })
  it('counts an IPv6 customer as one, and a mapped IPv4 address as itself', () => {
    expect(addressOf({}, '::ffff:10.0.0.1', 0)).toBe('10.0.0.1')
    const one = addressOf({}, '2001:db8:1:2::1', 0)
    expect(addressOf({}, '2001:0DB8:0001:0002:ffff:1:2:3', 0)).toBe(one)
    expect(addressOf({}, '2001:db8:1:3::1', 0)).not.toBe(one)
    expect(addressOf({}, 'fe80::1%eth0', 0)).toBe('fe80:0:0:0::/64')
    expect(addressOf({}, '::1', 0)).toBe('0:0:0:0::/64')
  })
})

describe('what proxies write', () => {
  const behind = (...list: string[]) => addressOf(forwarded(...list), '10.0.0.1', 1)

  it.each([
    ['203.0.113.7:4000', '203.0.113.7'],
    ['"203.0.113.7:4000"', '203.0.113.7'],
    ['  203.0.113.7\t', '203.0.113.7'],
    ['[2001:db8::1]:4000', '2001:db8:0:0::/64'],
    ['"[2001:db8::1]"', '2001:db8:0:0::/64'],
    ['"[2001:db8::1]:4000"', '2001:db8:0:0::/64'],
    ['[2001:DB8::1]', '2001:db8:0:0::/64'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:3:4:5:6:4000', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['[fe80::1%eth0]:4000', 'fe80:0:0:0::/64'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:cb00:7107', '203.0.113.7'],
    ['[::ffff:203.0.113.7]:4000', '203.0.113.7'],
    ['64:ff9b::203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2::203.0.113.7', '2001:db8:1:2::/64'],
    ['::', '0:0:0:0::/64'],
  ])('[W14] %j is %s', (entry, address) => {
    expect(behind(entry)).toBe(address)
    expect(behind('6.6.6.6', entry)).toBe(address)
  })
  it.each([
    ...[
      'unknown',
      '_hidden',
      'unix:',
      '<script>',
      '203.0.113',
      '203.0.113.7.',
      '203.0.113.7:',
      '203.0.113.7:x',
    ],
    ...[
      '203.0.113.7:123456',
      '[203.0.113.7]',
      '[2001:db8::1',
      '2001:db8::1]',
      '[[2001:db8::1]]',
      '[]',
      '""',
      ':',
    ],
    ...[
      '2001:db8::1/64',
      '2001:db8:1:2::/64',
      '1.2.3.4/24',
      'for=203.0.113.7',
      '"',
      ' ',
      '::1::2',
      '[::1]:x',
    ],
  ])('[W14] %j is no address: the line itself counts', (entry) => {
    expect(behind(entry)).toBe('10.0.0.1')
    expect(behind('6.6.6.6', entry === ' ' ? '-' : entry)).toBe('10.0.0.1')
  })
  it('[W14] many callers, many buckets, whatever ports their proxy names', () => {
    const callers = Array.from({ length: 200 }, (_, n) => behind(`203.0.113.${n}:${4_000 + n}`))
    expect(new Set(callers).size).toBe(200)
    const again = Array.from({ length: 200 }, (_, n) => behind(`203.0.113.${n}:${5_000 + n}`))
    expect(again).toEqual(callers)
  })
  it('[W14] several headers are one list, whose empty places do not count', () => {
    expect(addressOf({ 'x-forwarded-for': ['6.6.6.6', '7.7.7.7:1'] as never }, '10.0.0.1', 2)).toBe('6.6.6.6')
    expect(behind('6.6.6.6', '', '7.7.7.7', '')).toBe('7.7.7.7')
    expect(behind('', ' ')).toBe('10.0.0.1')
  })
  it('[W14] what a caller writes in front of it changes nothing', () => {
    for (const said of ['6.6.6.6', 'x'.repeat(5_000), ',,,', '"', '[', '6.6.6.6,"'])
      expect(behind(said, '203.0.113.7:4000')).toBe('203.0.113.7')
  })
})

describe('bucketsOf', () => {
  it('[W14] gives an address and its network', () => {
    expect(bucketsOf('203.0.113.7')).toEqual({ address: '203.0.113.7', network: '203.0.113.0/24' })
    expect(bucketsOf('203.0.113.7:4000')).toEqual(bucketsOf('203.0.113.7'))
    expect(bucketsOf('2001:db8:1:2::5')).toEqual({ address: '2001:db8:1:2::/64', network: '2001:db8:1::/48' })
    expect(bucketsOf('2001:db8:1:ffff::5').network).toBe('2001:db8:1::/48')
    expect(bucketsOf('::ffff:203.0.113.7')).toEqual(bucketsOf('203.0.113.7'))
    expect(bucketsOf('unknown')).toEqual({ address: 'unknown', network: 'unknown' })
  })
  it('[W14] gives the same again for a bucket', () => {
    for (const text of ['203.0.113.7', '2001:db8:1:2::5', '::1', 'unknown', 'fe80::1%eth0'])
      expect(bucketsOf(bucketsOf(text).address)).toEqual(bucketsOf(text))
  })
})
