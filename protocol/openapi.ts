/** OpenAPI 3.1 of every operation, made from the definitions. Pure. */
import type { EventDefinition, OpDefinition } from './define'
import { errors, type CommonErrorCode, type ErrorCode } from './errors'
import { limits } from './limits'
import * as records from './records'
import { PROTOCOL_VERSION } from './version'
import { closeCodes } from './wire'

type Json = Record<string, unknown>

const common: readonly CommonErrorCode[] = [
  'invalidInput',
  'unauthenticated',
  'tooManyRequests',
  'overloaded',
  'draining',
  'storageFull',
  'unavailable',
  'internal',
]
const codesOf = (definition: OpDefinition): ErrorCode[] => [
  ...definition.errors,
  ...(definition.repeat ? (['conflict'] as const) : []),
  ...common.filter((code) => code !== 'unauthenticated' || definition.auth !== 'public'),
]

/** The document that is served at /api/openapi.json. */
export function openApi(
  ops: Readonly<Record<string, OpDefinition>>,
  events: Readonly<Record<string, EventDefinition>>,
): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'TokenIM',
      version: String(PROTOCOL_VERSION),
      description:
        'Every operation takes POST with a JSON body; reads also take GET with the body as the query parameter `input`. ' +
        'The same operations travel over the WebSocket at /ws as {t:"req",id,op,in}; x-frames, x-events and x-close-codes describe it.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    /** Relative to where the document is: the server may stand under a path of its host (W29). */
    servers: [{ url: '..' }],
    paths: Object.fromEntries(
      Object.entries(ops).map(([name, definition]) => [`/api/${name}`, pathOf(name, definition)]),
    ),
    components: {
      securitySchemes: { access: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: { ...componentSchemas(), Failure: failureSchema },
    },
    'x-frames': frames,
    'x-close-codes': closeCodes,
    'x-events': Object.fromEntries(
      Object.entries(events).map(([name, { data, doc }]) => [name, { description: doc, data: plain(data) }]),
    ),
    'x-errors': errors,
    'x-limits': limits,
  }
}

function pathOf(name: string, definition: OpDefinition): Json {
  const { input, kind } = definition
  const post = {
    ...operationOf(name, definition),
    requestBody: { required: true, content: { 'application/json': { schema: plain(input) } } },
  }
  if (kind === 'write') return { post }
  const parameter = { name: 'input', in: 'query', content: { 'application/json': { schema: plain(input) } } }
  return {
    get: { ...operationOf(name, definition), parameters: [parameter] },
    post: { ...post, operationId: `${name}.post` },
  }
}

function operationOf(name: string, definition: OpDefinition): Json {
  const { auth, doc, output, limit, repeat } = definition
  const [domain] = name.split('.')
  return {
    operationId: name,
    tags: [domain],
    summary: doc,
    security: auth === 'public' ? [] : [{ access: [] }],
    'x-limit': limit,
    ...(repeat ? { 'x-repeat': repeat } : {}),
    responses: {
      200: { description: 'Done.', content: { 'application/json': { schema: plain(output) } } },
      ...failuresOf(definition),
    },
  }
}

/** Refusals by status, each with the codes it may carry. */
function failuresOf(definition: OpDefinition): Json {
  const byStatus = new Map<number, ErrorCode[]>()
  for (const code of codesOf(definition))
    byStatus.set(errors[code].http, [...(byStatus.get(errors[code].http) ?? []), code])
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.join(', '),
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Failure' } } },
      },
    ]),
  )
}

const failureSchema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code'],
      properties: {
        code: { type: 'string', enum: Object.keys(errors) },
        data: { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean'] } },
      },
    },
  },
}

/** Frames of the socket, by `t` (rules W of SPEC.md). */
const frames = {
  hello: {
    from: 'phone',
    shape: '{t, v, token, features}',
    doc: 'The first frame: protocol version and access token.',
  },
  req: {
    from: 'phone',
    shape: '{t, id, op, in}',
    doc: 'A call. `id` is chosen by the phone, `in` is the input.',
  },
  ping: { from: 'phone', shape: '{t}', doc: 'Asks for the digest, and shows that the phone lives.' },
  welcome: { from: 'server', shape: '{t, v, userId, now, features}', doc: 'The hello was good.' },
  res: {
    from: 'server',
    shape: '{t, id, ok: true, out} or {t, id, ok: false, error}',
    doc: 'The one answer to a req. `error` is {code, data}.',
  },
  ev: { from: 'server', shape: '{t, ev, data}', doc: 'An event, see x-events.' },
  pong: {
    from: 'server',
    shape: '{t, digest}',
    doc: 'Digest of what the phone should hold; on mismatch: sync.heads.',
  },
  bye: { from: 'server', shape: '{t, error, afterMs}', doc: 'Before a close: why, and when to come back.' },
}

/** Records that have fields, by the name they have in records.ts. */
const named = new Map(
  Object.entries(records).flatMap(([name, schema]): [object, string][] =>
    hasFields(schema) ? [[schema, name]] : [],
  ),
)
function hasFields(schema: unknown): schema is object {
  return typeof schema === 'object' && schema !== null && ('properties' in schema || 'anyOf' in schema)
}
const componentSchemas = (): Json =>
  Object.fromEntries([...named].map(([schema, name]) => [name, parts(schema)]))

/** A schema without the library's own marks; records stand by their names. */
function plain(schema: unknown): unknown {
  const name = hasFields(schema) ? named.get(schema) : undefined
  return name === undefined ? parts(schema) : { $ref: `#/components/schemas/${name}` }
}
function parts(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(plain)
  if (typeof schema !== 'object' || schema === null) return schema
  return Object.fromEntries(Object.entries(schema).map(([key, inner]) => [key, plain(inner)]))
}
