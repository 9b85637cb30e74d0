/** REST of the real server process; pages and health also in this process, with a folder and a state that a test chooses. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ops } from '../../protocol'
import { errors, type ErrorCode } from '../../protocol/errors'
import { limits } from '../../protocol/limits'
import { createLog } from '../../server/log'
import { createHttp } from '../../server/transport/http'
import { befriend, freshId, must, post, register, type Registered } from '../helpers/wire-client'
import { launchServer, type LaunchedServer } from './launch'

const canary = 'canary-of-the-log'
let server: LaunchedServer
let anna: Registered

beforeAll(async () => {
  const env = { LOG_LEVEL: 'trace', PUBLIC_ORIGINS: 'https://pages.example.org' }
  server = await launchServer(undefined, { env })
  anna = await register(server.url, 'http_anna')
})
afterAll(() => server.stop())

interface Asked {
  status: number
  headers: Headers
  body: unknown
}
async function ask(target: string, init: RequestInit = {}): Promise<Asked> {
  const response = await fetch(`${server.url}${target}`, init)
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json')
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? (JSON.parse(text) as unknown) : text,
  }
}
const json = (body: string, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body,
})
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const refusal = (code: ErrorCode) => ({ status: errors[code].http, body: { error: { code } } })

describe('operations', () => {
  it('[F1] a read answers to POST and to GET alike', async () => {
    const input = JSON.stringify({ account: 'HTTP_ANNA' })
    const posted = await ask('/api/contacts.searchAccount', json(input, bearer(anna.token)))
    const got = await ask(`/api/contacts.searchAccount?input=${encodeURIComponent(input)}`, {
      headers: bearer(anna.token),
    })
    expect(posted).toMatchObject({ status: 200, body: { profile: { id: anna.userId } } })
    expect(got.body).toEqual(posted.body)
    expect(got.headers.get('cache-control')).toBe('no-store')
  })
  it('a write answers to POST alone', async () => {
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
      const answer = await ask('/api/chat.sendMessage', { method })
      expect([method, answer.status, answer.headers.get('allow')]).toEqual([method, 405, 'POST'])
    }
  })
  it.each<[string, string, RequestInit, ErrorCode]>([
    ['an unknown operation', '/api/no.such', json('{}'), 'unknownOperation'],
    ['a name of Object', '/api/constructor', json('{}'), 'unknownOperation'],
    ['no token', '/api/sync.heads', json('{}'), 'unauthenticated'],
    ['a token that does not hold', '/api/sync.heads', json('{}', bearer('nonsense')), 'unauthenticated'],
    ['another scheme', '/api/sync.heads', json('{}', { authorization: 'Basic YTpi' }), 'unauthenticated'],
    ['no JSON', '/api/accounts.refresh', json('{'), 'invalidInput'],
    ['an empty body', '/api/accounts.refresh', { method: 'POST' }, 'invalidInput'],
    [
      'an unknown key',
      '/api/accounts.refresh',
      json(`{"refreshToken":"${'x'.repeat(30)}","a":1}`),
      'invalidInput',
    ],
    ['a key of the prototype', '/api/accounts.refresh', json('{"__proto__":{"a":1}}'), 'invalidInput'],
    ['too many levels', '/api/accounts.refresh', json('['.repeat(99) + ']'.repeat(99)), 'invalidInput'],
    ['a query that is no JSON', '/api/sync.heads?input={', { method: 'GET' }, 'invalidInput'],
    ['two queries', '/api/sync.heads?input={}&input={}', { method: 'GET' }, 'invalidInput'],
    ['an unknown address', '/nothing/here', {}, 'notFound'],
  ])('[F2] %s is refused in the words of the catalogue', async (_name, target, init, code) => {
    expect(await ask(target, init)).toMatchObject(refusal(code))
  })
  it('[F2] [W5] bodies of another kind or size are refused', async () => {
    const form = { method: 'POST', body: new URLSearchParams({ account: 'x' }) }
    expect(await ask('/api/accounts.signIn', form)).toMatchObject({
      status: 415,
      body: { error: { code: 'invalidInput' } },
    })
    const large = json(JSON.stringify('x'.repeat(limits.frameInBytesMax)))
    expect(await ask('/api/accounts.signIn', large)).toMatchObject({
      status: 413,
      body: { error: { code: 'invalidInput' } },
    })
  })
  it('[F10] a call beyond its limit is told when to come back', async () => {
    const bo = await register(server.url, 'http_bo')
    const search = () => ask('/api/contacts.searchAccount', json('{"account":"nobody"}', bearer(bo.token)))
    const { count } = ops['contacts.searchAccount'].limit
    for (let n = 0; n < count; n++) expect((await search()).status).toBe(200)
    const refused = await search()
    expect(refused).toMatchObject(refusal('tooManyRequests'))
    const seconds = Number(refused.headers.get('retry-after'))
    expect(seconds).toBeGreaterThan(0)
    expect(seconds).toBeLessThanOrEqual(60)
  })
  it('a stale token does not keep a phone from renewing it', async () => {
    const answer = await ask(
      '/api/accounts.refresh',
      json(`{"refreshToken":"${'x'.repeat(30)}"}`, bearer('stale')),
    )
    expect(answer).toMatchObject(refusal('sessionEnded'))
  })
})

describe('pages of others', () => {
  it('[W9] a listed origin may call, and its browser is told so', async () => {
    const headers = { origin: 'https://pages.example.org', 'access-control-request-method': 'POST' }
    const preflight = await ask('/api/sync.heads', { method: 'OPTIONS', headers })
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://pages.example.org')
    expect(preflight.headers.get('access-control-allow-credentials')).toBeNull()
    const call = await ask('/api/sync.heads', json('{}', { ...bearer(anna.token), origin: headers.origin }))
    expect(call.status).toBe(200)
  })
  it.each(['https://evil.example.org', 'null', 'https://pages.example.org.evil.example.org'])(
    '[W9] %s may not',
    async (origin) => {
      const answer = await ask('/api/sync.heads', json('{}', { ...bearer(anna.token), origin }))
      expect(answer).toMatchObject(refusal('forbidden'))
      expect(answer.headers.get('access-control-allow-origin')).not.toBe(origin)
    },
  )
})

describe('the reference', () => {
  it('is served as a document and as a page without script', async () => {
    const { body } = await ask('/api/openapi.json')
    const page = await ask('/api/docs')
    expect(body).toMatchObject({ openapi: '3.1.0' })
    expect(page.body).not.toMatch(/<script|https?:\/\/(?!localhost)/)
    for (const name of Object.keys(ops)) expect(page.body).toContain(`/api/${name}`)
  })
  it('tells browsers to load nothing from elsewhere', async () => {
    for (const target of ['/api/docs', '/api/openapi.json', '/nothing', '/healthz']) {
      const { headers } = await ask(target)
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("script-src 'self';")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline|\*|http:/)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
      expect(headers.get('x-powered-by')).toBeNull()
    }
  })
})

describe('the log', () => {
  it('has a line for each request, and never a token, a query, a password or a text', async () => {
    const cy = await register(server.url, 'http_cy')
    const conversationId = await befriend(server.url, anna, cy)
    const body = { kind: 'text' as const, text: `${canary}-text` }
    must(
      await post(
        server.url,
        'chat.sendMessage',
        { conversationId, clientId: freshId(), seenSeq: 0, body },
        cy.token,
      ),
    )
    await ask(
      `/api/contacts.searchAccount?input=${encodeURIComponent(`{"account":"${canary}"}`)}&token=${canary}`,
      {
        headers: bearer(`${canary}-token`),
      },
    )
    await ask(
      '/api/accounts.signIn',
      json(`{"account":"${canary}","password":"${canary}","device":{"name":"x","platform":"h5"}}`),
    )
    await ask('/api/accounts.signIn', json(`{"password":"${canary}"`))
    await ask('/api/the.end')
    // A line is written when its answer is out.
    await expect.poll(() => server.output()).toContain('/api/the.end')
    expect(server.output()).toContain('/api/accounts.signIn')
    expect(server.output()).not.toContain(canary)
    expect(server.output()).not.toContain(cy.token)
  })
})

describe('pages and health', () => {
  async function serve(files: Record<string, string>, notReady?: string) {
    const clientDir = mkdtempSync(path.join(tmpdir(), 'tokenim-h5-'))
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(clientDir, name)), { recursive: true })
      writeFileSync(path.join(clientDir, name), text)
    }
    const http = await createHttp({
      app: {
        authenticate: () => Promise.reject(new Error('the database is away')),
        dispatch: () => Promise.reject(new Error('a bug')),
        turnsAway: () => undefined,
      },
      log: createLog('silent'),
      origins: [],
      trustProxy: 0,
      clientDir,
      notReady: async () => notReady,
    })
    const close = () => http.close().then(() => rmSync(clientDir, { recursive: true }))
    return { http, close }
  }
  it('keeps files with a hash for ever, and asks for the first page each time', async () => {
    const { http, close } = await serve({
      'index.html': '<p>hi',
      'assets/index-abc.js': '1',
      'static/a.png': 'x',
    })
    const first = await http.inject('/')
    expect([first.statusCode, first.body, first.headers['cache-control']]).toEqual([200, '<p>hi', 'no-cache'])
    expect((await http.inject('/assets/index-abc.js')).headers['cache-control']).toBe(
      'public, max-age=31536000, immutable',
    )
    expect((await http.inject('/static/a.png')).headers['cache-control']).toBe('no-cache')
    for (const target of [
      '/../package.json',
      '/%2e%2e/package.json',
      '/assets/..%2f..%2fpackage.json',
      '/.env',
    ])
      expect((await http.inject(target)).statusCode).toBeGreaterThanOrEqual(400)
    await close()
  })
  it('says what to do when the client is not built', async () => {
    const { http, close } = await serve({})
    const page = await http.inject('/')
    expect(page.statusCode).toBe(503)
    expect(page.body).toContain('npm run build:h5')
    await close()
  })
  it('is alive but not ready while something is missing', async () => {
    const { http, close } = await serve({}, 'the database does not answer')
    expect((await http.inject('/healthz')).statusCode).toBe(200)
    const ready = await http.inject('/readyz')
    expect([ready.statusCode, ready.json()]).toEqual([
      503,
      { ok: false, reason: 'the database does not answer' },
    ])
    await close()
    expect(await ask('/readyz')).toMatchObject({ status: 200, body: { ok: true } })
  })
  it('[F2] answers unavailable without a database, and internal without a word more for a bug', async () => {
    const { http, close } = await serve({})
    const call = (headers: Record<string, string>) =>
      http.inject({ method: 'POST', url: '/api/sync.heads', headers, payload: {} })
    const away = await call(bearer('x'))
    expect([away.statusCode, away.json()]).toEqual([503, { error: { code: 'unavailable' } }])
    const bug = await call({})
    expect(bug.statusCode).toBe(500)
    expect(bug.json()).toMatchObject({ error: { code: 'internal' } })
    expect(bug.body).not.toContain('a bug')
    await close()
  })
})
