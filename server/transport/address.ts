/** Where a call comes from, as limits count it. */
import { isIP } from 'node:net'
import type { IncomingHttpHeaders } from 'node:http'

/**
 * The caller's address: behind `hops` trusted proxies the one that the outermost of them saw. An IPv6 address stands for its
 * /64, all of which belongs to one customer.
 */
export function addressOf(headers: IncomingHttpHeaders, remote: string | undefined, hops: number): string {
  const header = headers['x-forwarded-for']
  const seen = (Array.isArray(header) ? header.join(',') : (header ?? ''))
    .split(',')
    .map((part) => part.trim())
  const believed = hops > 0 ? (seen.at(-hops) ?? seen[0] ?? '') : ''
  return groupOf(isIP(believed) ? believed : (remote ?? 'unknown'))
}

function groupOf(address: string): string {
  const [plain = ''] = address.split('%')
  if (isIP(plain) !== 6) return plain
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1]
  return mapped ?? `${expanded(plain).slice(0, 4).join(':')}::/64`
}

/** The eight groups of an IPv6 address, in lower case without leading zeros. */
function expanded(address: string): string[] {
  const [head = '', tail] = address.toLowerCase().split('::')
  const groups = (text = '') => text.split(':').filter((group) => group !== '')
  const left = groups(head)
  const right = groups(tail)
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length)
  return [...left, ...Array<string>(zeros).fill('0'), ...right].map((group) => group.replace(/^0+(?=.)/, ''))
}
