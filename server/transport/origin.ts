/** Whose pages may talk to this server (W9), and where a call comes from. */
import type { IncomingHttpHeaders } from 'node:http'

/** A caller without an Origin is no page; the server's own origin may always, others when they are listed. */
export function originFits(headers: IncomingHttpHeaders, allowed: readonly string[]): boolean {
  const { origin, host } = headers
  if (origin === undefined) return true
  return allowed.includes(origin) || (host !== undefined && hostOf(origin) === host)
}

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host
  } catch {
    return undefined
  }
}

/** The caller's address: behind `hops` trusted proxies the one that the outermost of them saw. */
export function addressOf(headers: IncomingHttpHeaders, remote: string | undefined, hops: number): string {
  const header = headers['x-forwarded-for']
  const seen = (Array.isArray(header) ? header.join(',') : (header ?? ''))
    .split(',')
    .map((part) => part.trim())
  const believed = hops > 0 ? seen.at(-hops) : undefined
  return believed || remote || 'unknown'
}
