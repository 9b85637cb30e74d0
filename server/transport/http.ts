/** REST, health, the API's own pages and the H5 client, on one port. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import cors from '@fastify/cors'
import helmet from '@fastify/helmet'
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
} from 'fastify'
import { limits } from '../../protocol/limits'
import type { Log } from '../log'
import { fail } from './answers'
import { serveApi, type ApiOptions } from './api'
import { innerUrl, withSlash } from './base-path'
import { serveClient } from './client'
import { boundLines } from './lines/lines'
import { Request } from './lines/offer'
import { originFits } from './origin'

export interface HttpOptions extends ApiOptions {
  log: Log
  /** As `/chat`; empty: the root. Addresses without it are answered too: proxies that take it away need no setting. */
  basePath?: string
  /** Folder of the built H5 client. */
  clientDir: string
  /** Why this server should get no traffic; undefined: it is ready. */
  notReady: () => Promise<string | undefined>
  /** Connections of all addresses, sockets among them. */
  connectionsMax?: number
  /** Calls that may hold an open file. */
  filesMax?: number
  deadlines?: Partial<Deadlines>
}
/** In milliseconds. */
export interface Deadlines {
  /** For the head of a request, from the first moment of its connection; a kept one has it from its first byte. */
  head: number
  /** For a request as a whole. */
  request: number
  /** Nothing was read or written for so long. */
  silence: number
  /** How long a connection is kept for the next request: longer than proxies keep theirs, 60 s as a rule. */
  kept: number
  /** How often the first two are looked at. */
  check: number
}
const usual: Deadlines = { head: 10_000, request: 30_000, silence: 60_000, kept: 72_000, check: 2_000 }

/** The server, not listening yet. */
export async function createHttp(options: HttpOptions): Promise<FastifyInstance> {
  const { notReady, trustProxy, basePath = '', connectionsMax = 1_000, filesMax = 100 } = options
  const http = createFastify(options)
  http.addHook('onRequest', async ({ raw }, reply) => {
    // Node loses what follows in the same packet: it stops to read where another protocol might begin.
    if (raw instanceof Request && raw.isDeclined) reply.raw.shouldKeepAlive = false
  })
  boundLines(http.server, { connectionsMax, filesMax, trustProxy })
  await http.register(helmet, {
    contentSecurityPolicy: { directives: policy },
    strictTransportSecurity: false,
    frameguard: { action: 'deny' },
  })
  await http.register(cors, () => async ({ headers }: FastifyRequest) => ({
    origin: originFits(headers, options) ? true : [],
    methods: ['GET', 'POST'],
    allowedHeaders: ['authorization', 'content-type'],
    exposedHeaders: ['retry-after', 'x-request-id'],
    maxAge: 86_400,
  }))
  watch(http)
  http.get('/healthz', () => ({ ok: true }))
  http.get('/readyz', async (_request, reply) => {
    const reason = await notReady()
    return reply.code(reason ? 503 : 200).send(reason ? { ok: false, reason } : { ok: true })
  })
  serveApi(http, options)
  if (basePath) http.get(basePath, (request, reply) => reply.redirect(withSlash(request.url)))
  await serveClient(http, options.clientDir)
  http.setNotFoundHandler((_request, reply) =>
    fail(reply.header('cache-control', 'no-store'), { code: 'notFound' }),
  )
  return http
}

/** Without routes. */
function createFastify({ log, basePath = '', deadlines }: HttpOptions): FastifyInstance {
  const within = { ...usual, ...deadlines }
  const loggerInstance: FastifyBaseLogger = log.child({}, { serializers: { req: requestLine } })
  return Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: limits.frameInBytesMax,
    http: {
      IncomingMessage: Request,
      headersTimeout: within.head,
      connectionsCheckingInterval: within.check,
    },
    requestTimeout: within.request,
    connectionTimeout: within.silence,
    keepAliveTimeout: within.kept,
    routerOptions: { ignoreTrailingSlash: true },
    rewriteUrl: ({ url = '/' }) => innerUrl(url, basePath),
    forceCloseConnections: true,
    // While it closes, calls still get the answer of the catalogue: draining.
    return503OnClosing: false,
  })
}

/** Errors in the catalogue's words, and a line of the log for each request. */
function watch(http: FastifyInstance): void {
  http.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500
    if (status < 500) return fail(reply, { code: 'invalidInput', data: { path: '' } }, status)
    request.log.error({ error: error.name }, 'a request failed')
    return fail(reply, { code: 'internal', data: { ref: request.id } })
  })
  http.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id)
  })
  http.addHook('onResponse', async (request, reply) => {
    const ms = Math.round(reply.elapsedTime)
    request.log.debug({ request: requestLine(request), status: reply.statusCode, ms }, 'answered')
  })
}

/** Never the query: it may hold an input. */
const requestLine = ({ id, method, url }: Pick<FastifyRequest, 'id' | 'method' | 'url'>) => ({
  id,
  method,
  path: url.split('?')[0],
})

/** Older browsers do not count sockets among 'self'. */
const ownSocket = (scheme: string) => (request: IncomingMessage) =>
  /^[\w.:[\]-]+$/.test(request.headers.host ?? '') ? `${scheme}://${request.headers.host}` : "'self'"

/** Nothing from elsewhere. uni-app sets styles inline. */
const policy = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'", "'unsafe-inline'"],
  imgSrc: ["'self'", 'data:', 'blob:'],
  fontSrc: ["'self'", 'data:'],
  mediaSrc: ["'self'", 'blob:'],
  connectSrc: ["'self'", ownSocket('ws'), ownSocket('wss')],
  manifestSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'self'"],
  objectSrc: ["'none'"],
  frameAncestors: ["'none'"],
  upgradeInsecureRequests: null,
}
