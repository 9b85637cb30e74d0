/** REST, health, the API's own pages and the H5 client, on one port. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import cors from '@fastify/cors'
import helmet from '@fastify/helmet'
import fastifyStatic from '@fastify/static'
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import { events, ops } from '../../protocol'
import { errors, type Failure } from '../../protocol/errors'
import { limits } from '../../protocol/limits'
import { openApi } from '../../protocol/openapi'
import type { App } from '../app'
import type { Caller } from '../handle'
import type { Log } from '../log'
import { docsPage } from './docs-page'
import { originFits } from './origin'
import { shapeFits } from './shape'

export interface HttpOptions {
  app: Pick<App, 'dispatch' | 'authenticate'>
  log: Log
  origins: readonly string[]
  /** Trusted proxies in front. */
  trustProxy: number
  /** Folder of the built H5 client. */
  clientDir: string
  /** Why this server should get no traffic; undefined: it is ready. */
  notReady: () => Promise<string | undefined>
}

/** The server, not listening yet. */
export async function createHttp(options: HttpOptions): Promise<FastifyInstance> {
  const { log, origins, trustProxy } = options
  const loggerInstance: FastifyBaseLogger = log.child({}, { serializers: { req: requestLine } })
  const http = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: limits.frameInBytesMax,
    trustProxy: (_address: string, hop: number) => hop < trustProxy,
    routerOptions: { ignoreTrailingSlash: true },
    forceCloseConnections: true,
  })
  await http.register(helmet, {
    contentSecurityPolicy: { directives: policy },
    strictTransportSecurity: false,
  })
  await http.register(cors, { origin: [...origins], maxAge: 86_400 })
  http.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500
    if (status < 500) return fail(reply, { code: 'invalidInput' }, status)
    request.log.error({ error: error.name }, 'a request failed')
    return fail(reply, { code: 'internal' })
  })
  http.addHook('onResponse', async (request, reply) => {
    const fields = {
      request: requestLine(request),
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    }
    request.log.debug(fields, 'answered')
  })
  health(http, options)
  operations(http, options)
  await client(http, options.clientDir)
  return http
}

/** Never the query: it may hold an input. */
const requestLine = ({ id, method, url }: Pick<FastifyRequest, 'id' | 'method' | 'url'>) => ({
  id,
  method,
  path: url.split('?')[0],
})

/** Nothing from elsewhere; sockets to the same host. uni-app sets styles inline. */
const policy = {
  defaultSrc: ["'self'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'", "'unsafe-inline'"],
  imgSrc: ["'self'", 'data:', 'blob:'],
  fontSrc: ["'self'", 'data:'],
  connectSrc: ["'self'", 'ws:', 'wss:'],
  objectSrc: ["'none'"],
  frameAncestors: ["'none'"],
  upgradeInsecureRequests: null,
}

function health(http: FastifyInstance, { notReady }: HttpOptions): void {
  http.get('/healthz', () => ({ ok: true }))
  http.get('/readyz', async (_request, reply) => {
    const reason = await notReady()
    return reply.code(reason ? 503 : 200).send(reason ? { ok: false, reason } : { ok: true })
  })
}

function operations(http: FastifyInstance, { app, origins }: HttpOptions): void {
  const document = openApi(ops, events)
  const page = docsPage(document)
  http.get('/api/openapi.json', () => document)
  http.get('/api/docs', (_request, reply) => reply.type('text/html; charset=utf-8').send(page))

  const call = async (
    request: FastifyRequest<{ Params: { op: string } }>,
    reply: FastifyReply,
    input: unknown,
  ) => {
    void reply.header('cache-control', 'no-store')
    if (!originFits(request.headers, origins)) return fail(reply, { code: 'forbidden' })
    const caller = await callerOf(app, request)
    if (!caller) return fail(reply, { code: 'unauthenticated' })
    if (!shapeFits(input)) return fail(reply, { code: 'invalidInput', data: { path: '' } })
    const result = await app.dispatch({ op: request.params.op, input, caller })
    return result.ok ? reply.send(result.value) : fail(reply, result.error)
  }
  http.post<{ Params: { op: string } }>('/api/:op', (request, reply) =>
    call(request, reply, request.body ?? {}),
  )
  http.get<{ Params: { op: string }; Querystring: { input?: string } }>('/api/:op', (request, reply) => {
    const known = Object.entries(ops).find(([name]) => name === request.params.op)
    if (known?.[1].kind === 'write') return fail(reply.header('allow', 'POST'), { code: 'invalidInput' }, 405)
    const input = parsed(request.query.input)
    return input === undefined ? fail(reply, { code: 'invalidInput' }) : call(request, reply, input)
  })
}

/** Undefined: a token that does not hold. */
async function callerOf(app: HttpOptions['app'], request: FastifyRequest): Promise<Caller | undefined> {
  const address = request.ip
  const [scheme, token] = (request.headers.authorization ?? '').split(' ')
  if (!scheme) return { kind: 'anonymous', address }
  const facts = scheme.toLowerCase() === 'bearer' && token ? await app.authenticate(token) : undefined
  return facts && { kind: 'user', ...facts, address }
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '{}') as unknown
  } catch {
    return undefined
  }
}

function fail(reply: FastifyReply, error: Failure, status = errors[error.code].http): FastifyReply {
  const wait = error.data?.retryAfterMs
  if (typeof wait === 'number') void reply.header('retry-after', Math.ceil(wait / 1000))
  return reply.code(status).send({ error })
}

async function client(http: FastifyInstance, folder: string): Promise<void> {
  const built = existsSync(path.join(folder, 'index.html'))
  if (built)
    await http.register(fastifyStatic, {
      root: folder,
      cacheControl: false,
      setHeaders(response, file) {
        // File names in assets/ carry a hash of their content.
        const lasting = file.includes(`${path.sep}assets${path.sep}`)
        void response.header('cache-control', lasting ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    })
  else http.get('/', (_request, reply) => reply.code(503).type('text/plain').send(notBuilt))
  http.setNotFoundHandler((_request, reply) => fail(reply, { code: 'notFound' }))
}

const notBuilt = 'The H5 client is not built. Run: npm run build\nThe API is at /api/docs.\n'
