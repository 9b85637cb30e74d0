/** Every operation as POST /api/<op> with a JSON body; reads also as GET /api/<op>?input=<JSON>. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { events, ops } from '../../protocol'
import { openApi } from '../../protocol/openapi'
import type { App } from '../app'
import type { Caller } from '../handle'
import { addressOf } from './address'
import { fail } from './answers'
import { docsPage } from './docs-page'
import { originFits, type Pages } from './origin'
import { shapeFits } from './shape'

export interface ApiOptions extends Pages {
  app: Pick<App, 'dispatch' | 'turnsAway' | 'authenticate'>
}
interface Route {
  Params: { op: string }
  Querystring: { input?: string | string[] }
}
type Request = FastifyRequest<Route>

export function serveApi(http: FastifyInstance, { app, ...pages }: ApiOptions): void {
  const document = openApi(ops, events)
  const page = docsPage(document)
  http.get('/api/openapi.json', () => document)
  http.get('/api/docs', (request, reply) =>
    // Its links are relative: they fit one address alone (W29).
    /\/(\?|$)/.test(request.url)
      ? reply.redirect('../docs')
      : reply.type('text/html; charset=utf-8').send(page),
  )

  async function call(request: Request, reply: FastifyReply, input: unknown): Promise<FastifyReply> {
    void reply.header('cache-control', 'no-store')
    if (!originFits(request.headers, pages)) return fail(reply, { code: 'forbidden' })
    if (!shapeFits(input)) return fail(reply, { code: 'invalidInput', data: { path: '' } })
    const busy = app.turnsAway(request.params.op)
    if (busy) return fail(reply, busy)
    const address = addressOf(request.headers, request.socket.remoteAddress, pages.trustProxy)
    const caller = await callerOf(app, request.headers.authorization, address)
    if (!caller) return fail(reply, { code: 'unavailable' })
    const gone = goneWith(reply)
    const result = await app.dispatch({ op: request.params.op, input, caller, gone })
    return result.ok ? reply.send(result.value) : fail(reply, result.error)
  }
  http.post<Route>('/api/:op', (request, reply) => call(request, reply, request.body ?? {}))
  http.get<Route>('/api/:op', async (request, reply) => {
    if (isWrite(request.params.op)) return notAllowed(reply, 'POST')
    const input = parsed(request.query.input)
    return input === undefined
      ? fail(reply, { code: 'invalidInput', data: { path: '', expected: 'input: one JSON text' } })
      : call(request, reply, input)
  })
  http.route<Route>({
    method: ['PUT', 'PATCH', 'DELETE'],
    url: '/api/:op',
    handler: (request, reply) => notAllowed(reply, isWrite(request.params.op) ? 'POST' : 'GET, POST'),
  })
}

const isWrite = (name: string): boolean =>
  Object.entries(ops).some(([n, { kind }]) => n === name && kind === 'write')

const notAllowed = (reply: FastifyReply, allow: string): FastifyReply =>
  fail(reply.header('allow', allow), { code: 'unknownOperation', data: { allow } }, 405)

/** Aborted when the line closes before the answer. */
function goneWith({ raw }: FastifyReply): AbortSignal {
  const left = new AbortController()
  raw.once('close', () => left.abort())
  return left.signal
}

/** A token that does not hold is no token: what needs one is refused by dispatch. Undefined: the database is away. */
async function callerOf(
  app: ApiOptions['app'],
  authorization: string | undefined,
  address: string,
): Promise<Caller | undefined> {
  const token = /^bearer ([^ ]+)$/i.exec(authorization ?? '')?.[1]
  try {
    const facts = token === undefined ? undefined : await app.authenticate(token)
    return facts ? { kind: 'user', ...facts, address } : { kind: 'anonymous', address }
  } catch {
    return undefined
  }
}

/** Undefined: it is not one JSON text. */
function parsed(text: string | string[] | undefined): unknown {
  if (text === undefined) return {}
  try {
    return typeof text === 'string' ? (JSON.parse(text) as unknown) : undefined
  } catch {
    return undefined
  }
}
