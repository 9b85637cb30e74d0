/** Where a server of this environment is reached on this machine. */
import { readFileSync } from 'node:fs'
import { isIPv6 } from 'node:net'

/**
 * HOST and PORT, with what the file TOKENIM_CONFIG says where the environment says nothing.
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {{ host: string | undefined, port: number }} no host: every network
 */
export function listening(env) {
  const file = env.TOKENIM_CONFIG ? JSON.parse(readFileSync(env.TOKENIM_CONFIG, 'utf8')) : {}
  const host = env.HOST || file.HOST
  return { host: host?.replace(/^\[(.*)\]$/, '$1'), port: Number(env.PORT || file.PORT || 8080) }
}

/**
 * `127.0.0.1:8080`, `[::1]:8080`: for a URL of any scheme.
 * @param {Readonly<Record<string, string | undefined>>} env
 */
export function authorityOf(env) {
  const { host = '::', port } = listening(env)
  const isEvery = ['0', '0.0.0.0', '::', '::0'].includes(host)
  return `${isEvery ? '127.0.0.1' : isIPv6(host) ? `[${host}]` : host}:${port}`
}
