/** Where a call comes from, as limits count it (W14). */
import { isIP } from 'node:net'
import type { IncomingHttpHeaders } from 'node:http'

/** The buckets in which the calls of an address are counted. */
export interface AddressBuckets {
  /** One customer: an IPv4 address, or the /64 of an IPv6 address. */
  readonly address: string
  /** His neighbourhood: a /24 of IPv4, a /48 of IPv6. */
  readonly network: string
}

/**
 * The caller's address as limits count it (`bucketsOf`): behind `hops` trusted proxies the one that the outermost of them saw,
 * else the one of the line. An entry that is no address counts for nothing: then it is the line's.
 */
export function addressOf(headers: IncomingHttpHeaders, remote: string | undefined, hops: number): string {
  const seen = believed(headers['x-forwarded-for'], hops)
  return bucketsOf(plainAddress(seen ?? '') ?? remote ?? 'unknown').address
}

/** What the outermost of `hops` trusted proxies wrote into a list header; undefined where none is trusted or none wrote. */
export function believed(header: string | string[] | undefined, hops: number): string | undefined {
  if (hops === 0 || header === undefined) return undefined
  const entries = String(header)
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
  return entries.at(-hops) ?? entries[0]
}

/** The buckets of an address, with or without port. Buckets give themselves; what is no address is a bucket of its own. */
export function bucketsOf(text: string): AddressBuckets {
  const address = plainAddress(text.replace(/::\/64$/, '::')) ?? text
  const version = isIP(address)
  if (version === 0) return { address, network: address }
  if (version === 4) return { address, network: address.replace(/\.\d+$/, '.0/24') }
  const groups = groupsOf(address)
  return {
    address: `${groups.slice(0, 4).join(':')}::/64`,
    network: `${groups.slice(0, 3).join(':')}::/48`,
  }
}

/** An address without quotes, brackets, port and zone; an IPv4 address inside an IPv6 one as itself. Undefined: it is none. */
function plainAddress(text: string): string | undefined {
  const bare = text.trim().replace(/^"(.*)"$/, '$1')
  const inside = /^\[([^[\]]*)\](:\d{1,5})?$/.exec(bare)?.[1]
  if (inside !== undefined) return isIP(inside) === 6 ? unmapped(inside) : undefined
  return [bare, bare.replace(/:\d{1,5}$/, '')].filter((one) => isIP(one) !== 0).map(unmapped)[0]
}

/** Of ::ffff:0:0/96 (mapped) and 64:ff9b::/96 (translated) the IPv4 address, whichever way it is written. */
function unmapped(address: string): string {
  const [plain = ''] = address.split('%')
  if (isIP(plain) !== 6) return plain
  const groups = groupsOf(plain)
  if (!/^(0:0:0:0:0:ffff|64:ff9b:0:0:0:0):/.test(groups.join(':'))) return plain
  const bytes = groups.slice(6).flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255])
  return bytes.join('.')
}

/** The eight groups of an IPv6 address, in lower case without leading zeros. */
function groupsOf(address: string): string[] {
  // The URL parser writes an IPv4 tail as two groups.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail ? tail.split(':') : []
  return [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right]
}
