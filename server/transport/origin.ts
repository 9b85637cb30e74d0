/** Whose pages may talk to this server (W9, W16). */
import type { IncomingHttpHeaders } from 'node:http'
import { believed } from './address'

/** Scheme and authority, without a user's name in it. */
const shape = /^([a-z][a-z\d+.-]*):\/\/([^/?#@\\\s]*)$/i
const hostName = /^([a-z\d_-]+(\.[a-z\d_-]+)*|\[[\da-f:]+\])$/
/** Of an app, as weapp://wechat-game-runtime, capacitor://localhost and file://. */
const appHost = /^[a-z\d_-]*([.:][a-z\d_-]+)*$/
/** No page has an origin of these. */
const noPage = ['ws', 'wss', 'ftp', 'data', 'blob', 'javascript', 'about']

/**
 * An origin in the one way to write it: lower case, Punycode, no default port, no dot at the end. Undefined: the text names none;
 * `null`, which stands for any page that hides where it is from, is none either.
 */
export function originOf(text: string): string | undefined {
  const [, scheme = '', host = ''] = shape.exec(text) ?? []
  return sameHost(scheme.toLowerCase(), host)
}

function sameHost(scheme: string, host: string): string | undefined {
  if (scheme !== 'http' && scheme !== 'https') {
    const isApp = scheme !== '' && !noPage.includes(scheme) && appHost.test(host.toLowerCase())
    return isApp && (host !== '' || scheme === 'file') ? `${scheme}://${host.toLowerCase()}` : undefined
  }
  if (!URL.canParse(`${scheme}://${host}`)) return undefined
  const { hostname, port } = new URL(`${scheme}://${host}`)
  const name = hostname.replace(/\.$/, '')
  return hostName.test(name) ? `${scheme}://${name}${port === '' ? '' : `:${port}`}` : undefined
}

export interface Pages {
  /** Origins whose pages may call, as `originOf` writes them. */
  origins: readonly string[]
  /** Trusted proxies in front. */
  trustProxy: number
  /** Hears of every origin that is refused, as it was sent. */
  refusedOrigin?: (origin: string) => void
}

/**
 * May the page that sent this call? A caller without an Origin is no page. The server's own origin may always: it is http or https
 * of the Host it was asked for, or of the X-Forwarded-Host that a trusted proxy tells.
 */
export function originFits(
  headers: IncomingHttpHeaders,
  { origins, trustProxy, refusedOrigin }: Pages,
): boolean {
  const { origin } = headers
  if (origin === undefined) return true
  const named = originOf(origin)
  if (named !== undefined) {
    if (origins.includes(named)) return true
    const hosts = [headers.host, believed(headers['x-forwarded-host'], trustProxy)]
    const [scheme] = named.split(':')
    const isWeb = scheme === 'http' || scheme === 'https'
    if (isWeb && hosts.some((host) => host !== undefined && originOf(`${scheme}://${host}`) === named))
      return true
  }
  refusedOrigin?.(origin)
  return false
}
