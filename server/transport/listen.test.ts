import { createServer, isIPv6, type AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import Fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { listenOn, urlOf } from './listen'

const failing = (code: string) => Object.assign(new Error(code), { code })
/** Listens nowhere, and fails on the hosts that are told. */
function fake(failures: Record<string, string>) {
  const tried: string[] = []
  const listen = async ({ host }: { host: string }) => {
    tried.push(host)
    if (failures[host]) throw failing(failures[host])
  }
  return { tried, listen }
}

describe('[D16] listening', () => {
  it('without a host is on IPv6 and IPv4 at once', async () => {
    const { tried, listen } = fake({})
    await listenOn(listen, { port: 1, host: undefined })
    expect(tried).toEqual(['::'])
  })
  it.each(['EAFNOSUPPORT', 'EADDRNOTAVAIL'])('without a host is on IPv4 where IPv6 is %s', async (code) => {
    const { tried, listen } = fake({ '::': code })
    await listenOn(listen, { port: 1, host: undefined })
    expect(tried).toEqual(['::', '0.0.0.0'])
  })
  it('a framework that failed on one address listens on the next', async () => {
    const http = Fastify()
    await expect(http.listen({ port: 0, host: '2001:db8::1' })).rejects.toThrow()
    await http.listen({ port: 0, host: '127.0.0.1' })
    const url = urlOf(http.server.address() as AddressInfo)
    expect((await fetch(url)).status).toBe(404)
    await http.close()
  })
  it.each([
    ['a port that is taken', undefined, 'EADDRINUSE', /port 80 is taken.*PORT/],
    ['a port that is not allowed', undefined, 'EACCES', /port 80 .*PORT/],
    ['a host of another machine', '192.0.2.1', 'EADDRNOTAVAIL', /HOST: 192\.0\.2\.1/],
    ['a host that has no IPv6', '::1', 'EAFNOSUPPORT', /HOST: ::1/],
    ['a name of nothing', 'x86_64-conda-linux-gnu', 'ENOTFOUND', /HOST: x86_64/],
  ])('names the setting: %s', async (_what, host, code, message) => {
    const { tried, listen } = fake({ [host ?? '::']: code })
    await expect(listenOn(listen, { port: 80, host })).rejects.toThrow(message)
    expect(tried).toHaveLength(1)
  })
})

describe('[D16] the address that is printed', () => {
  it.each([
    ['::', undefined, 'http://localhost:8080'],
    ['::', '::0', 'http://localhost:8080'],
    ['0.0.0.0', undefined, 'http://127.0.0.1:8080'],
    ['0.0.0.0', '0', 'http://127.0.0.1:8080'],
    ['::ffff:0.0.0.0', '::ffff:0.0.0.0', 'http://127.0.0.1:8080'],
    ['127.0.0.1', '127.0.0.1', 'http://127.0.0.1:8080'],
    ['127.0.0.1', 'localhost', 'http://localhost:8080'],
    ['::1', '::1', 'http://[::1]:8080'],
    ['2001:db8::7', '2001:db8::7', 'http://[2001:db8::7]:8080'],
    ['fe80::1', 'fe80::1%eth0', 'http://[fe80::1%25eth0]:8080'],
    ['192.0.2.1', 'chat.example.org', 'http://chat.example.org:8080'],
  ])('bound to %s for the host %s is %s', (address, host, url) => {
    expect(urlOf({ address, port: 8080 }, host)).toBe(url)
  })

  const hasIpv6 = Object.values(networkInterfaces()).some((all) =>
    all?.some(({ family }) => family === 'IPv6'),
  )
  it.each([undefined, '127.0.0.1', '0.0.0.0', 'localhost', ...(hasIpv6 ? ['::1', '::'] : [])])(
    'opens, with the host %s',
    async (host) => {
      const server = createServer((socket) =>
        socket.end('HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n'),
      )
      const listen = (at: object) =>
        new Promise<void>((resolve, reject) => server.once('error', reject).listen(at, resolve))
      await listenOn(listen, { port: 0, host })
      const bound = server.address() as AddressInfo
      expect((await fetch(urlOf(bound, host))).status).toBe(204)
      if (host === undefined && isIPv6(bound.address))
        for (const name of ['127.0.0.1', '[::1]'])
          expect((await fetch(`http://${name}:${bound.port}`)).status).toBe(204)
      server.close()
    },
  )
})
