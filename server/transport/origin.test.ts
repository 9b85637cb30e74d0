import { describe, expect, it } from 'vitest'
import { originFits, originOf } from './origin'

const fits = (headers: Record<string, string>, origins: string[] = [], trustProxy = 0) =>
  originFits(headers, { origins, trustProxy })

describe('originOf', () => {
  it.each([
    ['https://chat.example.org', 'https://chat.example.org'],
    ['HTTPS://Chat.Example.ORG', 'https://chat.example.org'],
    ['https://b:443', 'https://b'],
    ['http://b:80', 'http://b'],
    ['http://b:443', 'http://b:443'],
    ['https://b:0443', 'https://b'],
    ['https://b:8443', 'https://b:8443'],
    ['https://chat.example.org.', 'https://chat.example.org'],
    ['https://chat.example.org.:8443', 'https://chat.example.org:8443'],
    ['https://b\u00fccher.example', 'https://xn--bcher-kva.example'],
    ['https://XN--BCHER-KVA.example', 'https://xn--bcher-kva.example'],
    ['http://[::1]:8080', 'http://[::1]:8080'],
    ['http://[0:0:0:0:0:0:0:1]:80', 'http://[::1]'],
    ['https://[2001:DB8::1]', 'https://[2001:db8::1]'],
    ['http://127.0.0.1:5173', 'http://127.0.0.1:5173'],
    ['http://my_host', 'http://my_host'],
    ['weapp://wechat-game-runtime', 'weapp://wechat-game-runtime'],
    ['WEAPP://wx0123456789abcdef', 'weapp://wx0123456789abcdef'],
    ['capacitor://localhost', 'capacitor://localhost'],
    ['ionic://localhost:8100', 'ionic://localhost:8100'],
    ['file://', 'file://'],
  ])('[W16] %j is %s', (text, origin) => {
    expect(originOf(text)).toBe(origin)
  })
  it.each([
    ...[
      'null',
      '',
      '*',
      'https://*',
      'https://*.example.org',
      'https://exa*mple.org',
      'weapp://*',
      'https://',
      'weapp://',
    ],
    ...[
      'chat.example.org',
      'chat.example.org:443',
      '//chat.example.org',
      'https:chat.example.org',
      'https:/x',
      '://x',
    ],
    ...[
      'https://x/',
      'https://x/path',
      'https://x?',
      'https://x#',
      'https://u@x',
      'https://u:p@x',
      'https://x\\y',
    ],
    ...[
      'https://x y',
      ' https://x',
      'https://x\n',
      'https://x,https://y',
      'https://x:99999',
      'https://x:y',
      'https://..',
    ],
    ...[
      'https://.',
      'https://x..y',
      'https://.x',
      'https://1.2.3.999',
      'https://[::1',
      'https://[fe80::1%25eth0]',
      'https://%2a',
    ],
    ...[
      'wss://x',
      'ws://x',
      'ftp://x',
      'javascript://x',
      'data://x',
      'blob://x',
      'weapp://x/y',
      'weapp://u@x',
      '1app://x',
    ],
  ])('[W16] %j is none', (text) => {
    expect(originOf(text)).toBeUndefined()
  })
})

describe('a page', () => {
  it.each([
    ['x:443', 'https://x'],
    ['x', 'https://x'],
    ['x:80', 'http://x'],
    ['X.Example.ORG', 'https://x.example.org'],
    ['x.example.org', 'https://X.example.org'],
    ['x.example.org.', 'https://x.example.org'],
    ['x.example.org', 'https://x.example.org.'],
    ['x.example.org.:8443', 'https://x.example.org.:8443'],
    ['xn--bcher-kva.example', 'https://b\u00fccher.example'],
    ['[::1]:8080', 'http://[::1]:8080'],
    ['[0:0::1]', 'http://[::1]'],
    ['127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ])('[W16] of the host that was asked (%s) may: %s', (host, origin) => {
    expect(fits({ host, origin })).toBe(true)
  })
  it.each([
    ['x:443', 'http://x'],
    ['x:80', 'https://x'],
    ['x:8443', 'https://x'],
    ['x', 'https://x:8443'],
    ['x', 'weapp://x'],
    ['x', 'https://x.y'],
    ['y.x', 'https://x'],
    ['u@x', 'https://x'],
    ['x/', 'https://x'],
    ['', 'https://x'],
    ['x, y', 'https://x'],
  ])('[W16] of the host %j may not: %s', (host, origin) => {
    expect(fits({ host, origin })).toBe(false)
  })
  it('[W16] is known by the host that a trusted proxy tells, and by no other proxy', () => {
    const told = {
      host: 'node1:8080',
      'x-forwarded-host': 'Chat.Example.org:443',
      origin: 'https://chat.example.org',
    }
    expect(fits(told, [], 1)).toBe(true)
    expect(fits(told, [], 0)).toBe(false)
    const two = { ...told, 'x-forwarded-host': 'chat.example.org, inner' }
    expect(fits(two, [], 2)).toBe(true)
    expect(fits(two, [], 1)).toBe(false)
  })
  it('[W16] of an app may when it is listed, exactly', () => {
    const host = 'x'
    expect(fits({ host, origin: 'weapp://wechat-game-runtime' }, ['weapp://wechat-game-runtime'])).toBe(true)
    expect(fits({ host, origin: 'weapp://wechat-game-runtime2' }, ['weapp://wechat-game-runtime'])).toBe(
      false,
    )
    expect(fits({ host, origin: 'null' }, ['file://'])).toBe(false)
  })
  it('[W16] that is refused is told as it was sent', () => {
    const told: string[] = []
    const pages = { origins: [], trustProxy: 0, refusedOrigin: (origin: string) => void told.push(origin) }
    for (const origin of ['https://Evil.example', 'null', 'http://x'])
      originFits({ host: 'x', origin }, pages)
    originFits({ host: 'x' }, pages)
    expect(told).toEqual(['https://Evil.example', 'null'])
  })
})

describe('originFits', () => {
  const host = 'chat.example.org:8080'
  it('[W9] lets apps, own pages and listed origins in', () => {
    expect(fits({ host })).toBe(true)
    expect(fits({ host, origin: `https://${host}` })).toBe(true)
    expect(fits({ host, origin: 'https://other.example.org' }, ['https://other.example.org'])).toBe(true)
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
    expect(fits({ host, origin }, ['https://other.example.org'])).toBe(false)
  })
})
