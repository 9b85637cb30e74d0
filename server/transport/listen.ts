/** Where a server listens, and the address by which it is opened (rule D16). */
import { isIPv6, type AddressInfo } from 'node:net'

/** Of a kernel that has no IPv6. */
const isWithoutIpv6 = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'EAFNOSUPPORT' || error.code === 'EADDRNOTAVAIL')

/**
 * Listens on `host`, or without one on every network: on IPv6, whose socket takes IPv4 as well, or on IPv4 where there is no
 * IPv6. Throws what `listen` throws, and Error when the port or the host cannot be had.
 */
export async function listenOn(
  listen: (at: { port: number; host: string }) => Promise<unknown>,
  { port, host }: { port: number; host: string | undefined },
): Promise<void> {
  try {
    if (host !== undefined) await listen({ port, host })
    else
      await listen({ port, host: '::' }).catch((error: unknown) => {
        if (!isWithoutIpv6(error)) throw error
        return listen({ port, host: '0.0.0.0' })
      })
  } catch (error) {
    throw plain(error, port, host)
  }
}

/** The same error, in words that name the setting. */
function plain(error: unknown, port: number, host: string | undefined): unknown {
  switch (error instanceof Error && 'code' in error ? error.code : undefined) {
    case 'EADDRINUSE':
      return new Error(`port ${port} is taken by another process: set PORT`)
    case 'EACCES':
      return new Error(`port ${port} is not for this user: set PORT, to 1024 or more`)
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'EINVAL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new Error(`HOST: ${host} is no address of this machine`)
    default:
      return error
  }
}

/** The address to open on this machine: of a server that listens on `host` and was bound as told. */
export function urlOf({ address, port }: Pick<AddressInfo, 'address' | 'port'>, host?: string): string {
  return `http://${nameOf(address, host)}:${port}`
}

function nameOf(address: string, host = address): string {
  if (address === '::') return 'localhost'
  if (/^(::ffff:)?0\.0\.0\.0$/.test(address)) return '127.0.0.1'
  return isIPv6(host) ? `[${host.replace('%', '%25')}]` : host
}
