/** Who gives way when sockets without a hello are too many, on ages that a test counts (L9). */
import { beforeEach, describe, expect, it } from 'vitest'
import { Addresses } from './addresses'

interface Phone {
  address: string
  at: number
  checking?: boolean
}
let at: number
let addresses: Addresses<Phone>
let gone: Phone[]

beforeEach(() => {
  at = 0
  gone = []
  addresses = new Addresses<Phone>(
    { openMax: 120, openPerAddressMax: 80, greetingMax: 100, greetingPerAddressMax: 40 },
    { isIdle: ({ checking }) => !checking, isSlow: (phone) => !phone.checking && at - phone.at >= 1_000 },
  )
})

/** Opens one if there is room, as the gateway does. */
function open(address: string, checking = false): Phone | undefined {
  const room = addresses.roomFor(address)
  if (room === 'full' || room === 'address full') return undefined
  if (room !== 'free') {
    gone.push(room.instead)
    addresses.closed(room.instead)
  }
  const phone = { address, at, checking }
  addresses.opened(phone, address)
  return phone
}
const flood = (count: number, from: (n: number) => string, checking = false) =>
  Array.from({ length: count }, (_, n) => open(from(n), checking))
const goneFrom = () => [...new Set(gone.map(({ address }) => address))]

describe('sockets without a hello', () => {
  it('[L9] fill the whole from four addresses, and make room for every phone from another', () => {
    flood(200, (n) => `203.0.113.${n % 4}`)
    expect(gone).toEqual([])
    const phones = ['203.0.113.9', '198.51.100.1', '2001:db8:1:2::/64'].map((address) => open(address))
    expect(phones).not.toContain(undefined)
    expect(gone.map((phone) => phone.at)).toEqual([0, 0, 0])
    flood(200, (n) => `203.0.113.${n % 4}`)
    expect(gone.some((phone) => phones.includes(phone))).toBe(false)
  })
  it('[L9] the oldest of the address with the most goes first', () => {
    flood(40, () => '203.0.113.1')
    flood(30, () => '203.0.113.2')
    at = 5
    flood(30, (n) => `198.51.100.${n}`)
    at = 6
    const late = open('192.0.2.1')
    expect([late?.address, gone]).toEqual(['192.0.2.1', [{ address: '203.0.113.1', at: 0, checking: false }]])
    flood(20, (n) => `192.0.2.${n + 2}`)
    expect(goneFrom().sort()).toEqual(['203.0.113.1', '203.0.113.2'])
  })
  it('[L9] a network of many addresses counts as one', () => {
    flood(200, (n) => `203.0.113.${n}`)
    expect(open('198.51.100.1')).toBeDefined()
    expect(goneFrom()).toEqual(['203.0.113.0'])
    flood(100, (n) => `2001:db8:1:${n.toString(16)}::/64`)
    for (let n = 0; n < 30; n++) expect(open(`192.0.${n}.1`)).toBeDefined()
  })
  it('[L9] those who hold no more than who comes have a second for their hello', () => {
    flood(100, (n) => `10.${n}.0.1`)
    expect(open('192.0.2.1')).toBeUndefined()
    at = 1_000
    expect(open('192.0.2.1')).toBeDefined()
    expect(goneFrom()).toEqual(['10.0.0.1'])
  })
  it('[L9] too many of one address make room among themselves, after a second', () => {
    flood(100, () => '203.0.113.1')
    expect(addresses.roomFor('203.0.113.1')).toBe('address full')
    at = 1_000
    expect(flood(40, () => '203.0.113.1')).not.toContain(undefined)
    expect(gone).toHaveLength(40)
    expect(addresses.roomFor('203.0.113.1')).toBe('address full')
  })
  it('[L9] one whose token is being looked at stays', () => {
    const phone = open('203.0.113.1', true)
    flood(120, (n) => `203.0.113.${n % 4}`)
    at = 5_000
    flood(120, (n) => `203.0.113.${n % 4}`)
    expect([gone.length > 90, gone.includes(phone as Phone)]).toEqual([true, false])
  })
  it('[L9] one that said hello counts for the address alone, and for all', () => {
    for (const phone of flood(40, () => '203.0.113.1')) addresses.greeted(phone as Phone)
    for (const phone of flood(40, () => '203.0.113.1')) addresses.greeted(phone as Phone)
    at = 5_000
    expect(addresses.roomFor('203.0.113.1')).toBe('address full')
    flood(40, (n) => `198.51.100.${n}`)
    expect(addresses.roomFor('192.0.2.1')).toMatchObject({ instead: { address: '198.51.100.0' } })
    expect(addresses.roomFor()).toBe('full')
  })
  it('[L9] is counted right through opening, greeting and closing in any order', () => {
    const open = new Set<Phone>()
    for (let n = 0; n < 5_000; n++) {
      const phone = { address: `203.0.${(n * 7) % 5}.${(n * 13) % 11}`, at: n }
      if (typeof addresses.roomFor(phone.address) === 'string') {
        addresses.opened(phone, phone.address)
        open.add(phone)
      }
      const [oldest] = open
      if (n % 3 === 0 && oldest) addresses.greeted(oldest)
      if (n % 3 !== 1 && oldest) {
        addresses.closed(oldest)
        addresses.closed(oldest)
        open.delete(oldest)
      }
    }
    for (const phone of open) addresses.closed(phone)
    expect(flood(40, () => '203.0.0.0')).not.toContain(undefined)
    expect(addresses.roomFor('203.0.0.0')).toBe('address full')
  })
})
