/** Whose pages may talk to this server (W9). */
import type { IncomingHttpHeaders } from 'node:http'

/** A caller without an Origin is no page; the server's own origin may always, others when they are listed. */
export function originFits(headers: IncomingHttpHeaders, allowed: readonly string[]): boolean {
  const { origin, host } = headers
  if (origin === undefined || allowed.includes(origin)) return true
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`)
}
