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

export interface HttpOptions extends ApiOptions {
  log: Log
  /** As `/chat`; empty: the root. Addresses without it are answered too: proxies that take it away need no setting. */
  basePath?: string
  /** Folder of the built H5 client. */
  clientDir: string
  /** Why this server should get no traffic; undefined: it is ready. */
  notReady: () => Promise<string | undefined>
}

/** The server, not listening yet. */
export async function createHttp(options: HttpOptions): Promise<FastifyInstance> {
  const { log, origins, basePath = '', notReady } = options
  const loggerInstance: FastifyBaseLogger = log.child({}, { serializers: { req: requestLine } })
  const http = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: limits.frameInBytesMax,
    requestTimeout: 30_000,
    routerOptions: { ignoreTrailingSlash: true },
    rewriteUrl: ({ url = '/' }) => innerUrl(url, basePath),
    forceCloseConnections: true,
    // While it closes, calls still get the answer of the catalogue: draining.
    return503OnClosing: false,
  })
  await http.register(helmet, {
    contentSecurityPolicy: { directives: policy },
    strictTransportSecurity: false,
    frameguard: { action: 'deny' },
  })
  await http.register(cors, {
    origin: [...origins],
    methods: ['GET', 'POST'],
    allowedHeaders: ['authorization', 'content-type'],
    exposedHeaders: ['retry-after', 'x-request-id'],
    maxAge: 86_400,
  })
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
