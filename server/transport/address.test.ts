import { describe, expect, it } from 'vitest'
import { addressOf } from './address'
import { originFits } from './origin'

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

describe('originFits', () => {
  const host = 'chat.example.org:8080'
  it('[W9] lets apps, own pages and listed origins in', () => {
    expect(originFits({ host }, [])).toBe(true)
    expect(originFits({ host, origin: `https://${host}` }, [])).toBe(true)
    expect(originFits({ host, origin: 'https://other.example.org' }, ['https://other.example.org'])).toBe(
      true,
    )
  })
  it.each([
    'null',
    '',
    'https://evil.example.org',
    `https://${host}.evil.example.org`,
    `https://evil.example.org/${host}`,
    `https://${host}@evil.example.org`,
    `https://user@${host}`,
    'https://chat.example.org:8081',
    'https://chat.example.org',
    `ftp://${host}`,
    `https://${host}/`,
    'https://other.example.org.evil.example.org',
    'http://other.example.org',
  ])('[W9] keeps out %j', (origin) => {
    expect(originFits({ host, origin }, ['https://other.example.org'])).toBe(false)
  })
})
