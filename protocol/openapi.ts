/** OpenAPI 3.1 of every operation, made from the definitions. Pure. */
import type { EventDefinition, OpDefinition } from './define'
import { errors, type CommonErrorCode, type ErrorCode } from './errors'
import { PROTOCOL_VERSION } from './version'

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
        'The same operations travel over the WebSocket at /ws as {t:"req",id,op,in}; see x-events for what the server tells by itself.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths: Object.fromEntries(
      Object.entries(ops).map(([name, definition]) => [`/api/${name}`, pathOf(name, definition)]),
    ),
    components: {
      securitySchemes: { access: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: { Failure: failureSchema },
    },
    'x-events': Object.fromEntries(
      Object.entries(events).map(([name, { data, doc }]) => [name, { description: doc, data: plain(data) }]),
    ),
    'x-errors': errors,
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

/** A schema without the library's own marks. */
const plain = (schema: object): unknown => JSON.parse(JSON.stringify(schema)) as unknown
