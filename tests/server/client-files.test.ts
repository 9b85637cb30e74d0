/** The built client as browsers and caches get it: encodings, caching, what is missing. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { compressFolder } from '../../scripts/compress'
import { serveClient } from '../../server/transport/client'

const script = `export const text = '${'messages and more messages '.repeat(200)}'`
const page = `<!doctype html><title>TokenIM</title>${'<p>one line</p>'.repeat(50)}`
/** No part of the client's own path may be taken for the folder of hashed files. */
let folder: string
let http: FastifyInstance

beforeEach(async () => {
  folder = path.join(mkdtempSync(path.join(tmpdir(), 'tokenim-client-')), 'assets', 'h5')
  put('index.html', page)
  put('assets/index-abc123.js', script)
  put('assets/tiny-abc123.js', '1')
  put('static/tab/me.png', 'not really a picture')
  compressFolder(folder)
  http = Fastify({ routerOptions: { ignoreTrailingSlash: true } })
  http.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: { code: 'notFound' } }))
  await serveClient(http, folder)
})
afterEach(async () => {
  await http.close()
  rmSync(folder, { recursive: true })
})

function put(name: string, text: string): void {
  const file = path.join(folder, name)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, text)
}
async function get(url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') {
  const answer = await http.inject({ method, url, headers })
  const encoding = answer.headers['content-encoding']
  const bytes = answer.rawPayload
  const isPacked = bytes.length > 0
  const text =
    isPacked && encoding === 'br'
      ? brotliDecompressSync(bytes)
      : isPacked && encoding === 'gzip'
        ? gunzipSync(bytes)
        : bytes
  return {
    status: answer.statusCode,
    headers: answer.headers,
    encoding,
    text: String(text),
  }
}
const asset = '/assets/index-abc123.js'

describe('encodings', () => {
  it.each<[string | undefined, string | undefined]>([
    [undefined, undefined],
    ['', undefined],
    ['gzip, deflate, br', 'br'],
    ['gzip, deflate, br, zstd', 'br'],
    ['br;q=0.5, gzip', 'gzip'],
    ['gzip', 'gzip'],
    ['BR', 'br'],
    ['*', 'gzip'],
    ['br;q=0', undefined],
    ['br;q=0, gzip', 'gzip'],
    ['br;q=0, *', 'gzip'],
    ['*;q=0', undefined],
    ['identity', undefined],
    ['identity;q=0', undefined],
    ['identity;q=0, br', 'br'],
    ['zstd', undefined],
    ['nonsense;;;q=,', undefined],
  ])('[W27] Accept-Encoding %s gets %s', async (accepted, encoding) => {
    for (const [url, text, type] of [
      [asset, script, /^(text|application)\/javascript/],
      ['/', page, /^text\/html/],
    ] as const) {
      const answer = await get(url, accepted === undefined ? {} : { 'accept-encoding': accepted })
      expect([answer.status, answer.encoding, answer.text]).toEqual([200, encoding, text])
      expect(answer.headers['content-type']).toMatch(type)
      expect(answer.headers.vary).toMatch(/accept-encoding/i)
    }
  })

  it('[W27] HEAD says what GET would bring', async () => {
    const accept = { 'accept-encoding': 'br' }
    const got = await http.inject({ url: asset, headers: accept })
    const head = await get(asset, accept, 'HEAD')
    expect(head.encoding).toBe('br')
    expect(head.headers['content-length']).toBe(String(got.rawPayload.length))
    expect(got.rawPayload.length).toBeLessThan(script.length / 10)
  })

  it('[W27] each encoding has an ETag of its own, and what did not change is not sent again', async () => {
    const tags = new Set<unknown>()
    for (const accepted of ['br', 'gzip', 'identity']) {
      const { headers } = await get(asset, { 'accept-encoding': accepted })
      tags.add(headers.etag)
      const again = await get(asset, { 'accept-encoding': accepted, 'if-none-match': String(headers.etag) })
      expect([again.status, again.text]).toEqual([304, ''])
      expect(again.headers).toMatchObject({ etag: headers.etag, 'cache-control': headers['cache-control'] })
      expect(again.headers.vary).toMatch(/accept-encoding/i)
    }
    expect(tags.size).toBe(3)
  })

  it('[W27] a range is a part of the encoding that is sent', async () => {
    const part = await http.inject({ url: asset, headers: { 'accept-encoding': 'br', range: 'bytes=0-9' } })
    const whole = await http.inject({ url: asset, headers: { 'accept-encoding': 'br' } })
    expect([part.statusCode, part.headers['content-encoding']]).toEqual([206, 'br'])
    expect(part.rawPayload.equals(whole.rawPayload.subarray(0, 10))).toBe(true)
  })

  it('[W27] a file without a copy, or with one that would be larger, is sent as it is', async () => {
    rmSync(path.join(folder, `${asset}.br`))
    const accepted = { 'accept-encoding': 'gzip, br' }
    expect((await get(asset, accepted)).encoding).toBe('gzip')
    rmSync(path.join(folder, `${asset}.gz`))
    expect(await get(asset, accepted)).toMatchObject({ status: 200, encoding: undefined, text: script })
    expect(await get('/assets/tiny-abc123.js', accepted)).toMatchObject({ encoding: undefined, text: '1' })
    expect((await get('/static/tab/me.png', accepted)).encoding).toBeUndefined()
  })

  it('[W27] a copy that holds something else than its file is not sent', async () => {
    const accepted = { 'accept-encoding': 'br' }
    expect((await get('/', accepted)).encoding).toBe('br')
    put('index.html', page.replace('TokenIM', 'Renamed'))
    expect(await get('/', accepted)).toMatchObject({
      encoding: undefined,
      text: page.replace('TokenIM', 'Renamed'),
    })
    expect((await get('/index.html', accepted)).text).toContain('Renamed')
    compressFolder(folder)
    expect(await get('/', accepted)).toMatchObject({
      encoding: 'br',
      text: page.replace('TokenIM', 'Renamed'),
    })
    put('index.html.br', 'half a copy')
    expect(await get('/', accepted)).toMatchObject({
      encoding: undefined,
      text: page.replace('TokenIM', 'Renamed'),
    })
  })

  it('[W27] a copy goes when its file has become too small for one', async () => {
    put('assets/index-abc123.js', '2')
    compressFolder(folder)
    expect(await get(asset, { 'accept-encoding': 'br' })).toMatchObject({ encoding: undefined, text: '2' })
  })
})

describe('caches', () => {
  it('[W28] keep files with a hash for ever, and ask for all others each time', async () => {
    for (const accepted of ['br', 'gzip', 'identity']) {
      const kept = async (url: string) =>
        (await get(url, { 'accept-encoding': accepted })).headers['cache-control']
      expect(await kept(asset)).toBe('public, max-age=31536000, immutable')
      for (const url of ['/', '/index.html', '/static/tab/me.png']) expect(await kept(url)).toBe('no-cache')
    }
  })

  it('[W28] what is missing is 404 and never the first page', async () => {
    for (const url of ['/assets/index-gone.js', '/assets/', '/assets', '/pages/chats/index', '/favicon.ico'])
      for (const accepted of ['br', 'identity']) {
        const answer = await get(url, { 'accept-encoding': accepted })
        expect([url, answer.status, answer.text]).toEqual([url, 404, '{"error":{"code":"notFound"}}'])
        expect(answer.headers['cache-control'] ?? '').not.toContain('immutable')
      }
  })

  it('[W28] no address leads out of the folder', async () => {
    for (const url of ['/../x', '/..%2f..%2fetc%2fpasswd', '/%2e%2e/x', '/%00', '/%', '/assets/..%5c..%5cx'])
      expect((await get(url, { 'accept-encoding': 'br' })).status, url).toBeGreaterThanOrEqual(400)
  })
})
