/** A server that a proxy shows under a path of its host: what is served, and where its own links and redirects lead. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ops } from '../../protocol'
import { startPathProxy, type Mount, type PathProxy } from '../helpers/path-proxy'
import { must, post, register, WireClient } from '../helpers/wire-client'
import { launchServer, type LaunchedServer } from './launch'

const path = '/chat/im.v2'
let plain: LaunchedServer
let told: LaunchedServer
beforeAll(async () => {
  plain = await launchServer()
  told = await launchServer(undefined, { env: { BASE_PATH: `${path}/` } })
})
afterAll(async () => {
  await plain.stop()
  await told.stop()
})

const cases: { manner: Mount['manner']; name: string; server: () => LaunchedServer }[] = [
  { manner: 'strips', name: 'a server without a setting', server: () => plain },
  { manner: 'doubles', name: 'a server without a setting', server: () => plain },
  { manner: 'keeps', name: 'one with BASE_PATH', server: () => told },
  { manner: 'strips', name: 'one with BASE_PATH, needlessly', server: () => told },
]
let people = 0

describe.each(cases)('a proxy that $manner the path, before $name', ({ manner, server }) => {
  let proxy: PathProxy
  let url: string
  beforeAll(async () => {
    proxy = await startPathProxy({ [path]: { target: server().url, manner } })
    url = proxy.url + path
  })
  afterAll(() => proxy.close())

  it('[W29] calls and sockets arrive', async () => {
    const anna = await register(url, `anna_${++people}`)
    expect(must(await post(url, 'sync.heads', {}, anna.token))).toBeTypeOf('object')
    const read = await fetch(`${url}/api/sync.heads?input={}`, {
      headers: { authorization: `Bearer ${anna.token}` },
    })
    expect(read.status).toBe(200)
    const client = await WireClient.connect(url, anna.token)
    expect((await client.call('sync.heads', {})).ok).toBe(true)
    client.close()
  })

  it('[W29] the reference and its document are found, and lead to each other and to the operations', async () => {
    for (const end of ['', '/']) {
      const page = await fetch(`${url}/api/docs${end}`)
      const [, link = ''] = /<a href="([^"#]*openapi[^"]*)"/.exec(await page.text()) ?? []
      const document = await fetch(new URL(link, page.url))
      expect(new URL(document.url).pathname).toBe(`${path}/api/openapi.json`)
      const { servers, paths } = (await document.json()) as { servers: { url: string }[]; paths: object }
      const root = new URL(servers[0]?.url ?? '', document.url).href.replace(/\/$/, '')
      expect(root).toBe(url)
      expect(Object.keys(paths)).toContain(`/api/${Object.keys(ops)[0]}`)
    }
  })

  it('[W29] what is missing is missing there too, and nothing was looked for beside the path', async () => {
    expect((await fetch(`${url}/nothing/here`)).status).toBe(404)
    for (const name of ['healthz', 'readyz']) expect((await fetch(`${url}/${name}`)).status).toBe(200)
    expect(proxy.strays).toEqual([])
  })
})

describe('a server with BASE_PATH', () => {
  const ask = (target: string, init: RequestInit = {}) =>
    fetch(told.url + target, { redirect: 'manual', ...init })

  it('[W29] sends to the page whoever left the slash out, by a relative address', async () => {
    for (const method of ['GET', 'HEAD'])
      for (const [asked, to] of Object.entries({
        [path]: 'im.v2/',
        [`${path}?a=//b&c=/`]: 'im.v2/?a=//b&c=/',
      })) {
        const answer = await ask(asked, { method })
        expect([answer.status, answer.headers.get('location')]).toEqual([302, to])
      }
  })

  it('[W29] is asked for its health without the path, and takes nothing else for it', async () => {
    expect((await ask('/readyz')).status).toBe(200)
    expect((await ask(`${path}/readyz`)).status).toBe(200)
    for (const other of [
      `${path}x/readyz`,
      '/CHAT/im.v2/readyz',
      path + path + '/readyz',
      '/chat/readyz',
      `/x${path}/readyz`,
    ])
      expect([other, (await ask(other)).status]).toEqual([other, 404])
  })
})
