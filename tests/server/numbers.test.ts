/** Odd numbers in every field that takes one, by REST and by the socket: none is a failure of the server's own (F2, F18). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ops, type Input, type OpName } from '../../protocol'
import type { OpDefinition, TSchema } from '../../protocol/define'
import { befriend, freshId, register, WireClient, type Registered } from '../helpers/wire-client'
import { launchServer, type LaunchedServer } from './launch'

/** As JSON says them: some are no numbers any more when they are read. */
const odd = [
  ...[
    '9007199254740991',
    '9007199254740992',
    '9007199254740994',
    '9223372036854775807',
    '18446744073709551616',
  ],
  ...[
    '1e20',
    '1e308',
    '1e999',
    '-1',
    '-0',
    '-1e999',
    '1.5',
    '5e-324',
    '1E2',
    '"NaN"',
    '"1"',
    'null',
    '[]',
    '{}',
  ],
]

let server: LaunchedServer
let anna: Registered
let socket: WireClient
let inputs: { [N in OpName]: Input<N> }

beforeAll(async () => {
  server = await launchServer(undefined, { env: { RATE_LIMIT_FACTOR: '1000' } })
  anna = await register(server.url, 'numbers_anna')
  const bo = await register(server.url, 'numbers_bo')
  const conversationId = await befriend(server.url, anna, bo)
  socket = await WireClient.connect(server.url, anna.token)
  const clientId = freshId()
  inputs = {
    ...({ 'sync.heads': {}, 'accounts.signOut': {} } as typeof inputs),
    'accounts.signIn': {
      ...{ account: 'numbers_nobody', password: 'any', device: { name: 'x', platform: 'h5' } },
      answer: { challenge: 'a', salt: 'b', signature: 'c', number: 1 },
    },
    'sync.pull': { stream: conversationId, since: 0, limit: 1 },
    'sync.wait': { digest: 1 },
    'accounts.getProfiles': { profiles: [{ id: bo.userId, have: 0 }] },
    'chat.sendMessage': { conversationId, clientId, body: { kind: 'text', text: 'a' }, seenSeq: 0 },
    'chat.markRead': { conversationId, seq: 1 },
    'chat.listMessages': { conversationId, beforeSeq: 5, limit: 2 },
    'contacts.requestFriend': { clientId, userId: bo.userId, message: '' },
    'contacts.acceptRequest': { clientId, requestId: 1 },
    'contacts.refuseRequest': { clientId, requestId: 1 },
  }
}, 120_000)
afterAll(async () => {
  socket.close()
  await server.stop()
})

/** Places of numbers in a schema, as pointers into a value of it. */
function numbersIn(schema: TSchema, path: string[] = []): string[][] {
  if (schema.type === 'integer') return [path]
  if (schema.type === 'array') return numbersIn(schema.items as TSchema, [...path, '0'])
  return Object.entries((schema.properties ?? {}) as Record<string, TSchema>).flatMap(([name, inner]) =>
    numbersIn(inner, [...path, name]),
  )
}
const fields = (Object.entries(ops) as [OpName, OpDefinition][]).flatMap(([op, { input }]) =>
  numbersIn(input).map((path): [OpName, string[]] => [op, path]),
)

/** The text of a valid input with something else in one place. */
function textWith(input: unknown, [first, ...rest]: readonly string[], value: string): string {
  if (first === undefined) return value
  if (Array.isArray(input)) return `[${input.map((inner) => textWith(inner, rest, value)).join(',')}]`
  const members = Object.entries(input as object).map(
    ([name, inner]) =>
      `${JSON.stringify(name)}:${name === first ? textWith(inner, rest, value) : JSON.stringify(inner)}`,
  )
  return `{${members.join(',')}}`
}

async function codeByRest(op: OpName, text: string): Promise<string> {
  const response = await fetch(`${server.url}/api/${op}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${anna.token}` },
    body: text,
  })
  const body = (await response.json()) as { error?: { code: string } }
  return body.error?.code ?? 'ok'
}

describe('odd numbers', { timeout: 120_000 }, () => {
  it('[F18] are tried in every field that takes a number', () => {
    expect(fields.map(([op, path]) => `${op} ${path.join('.')}`)).toContain('chat.listMessages beforeSeq')
    for (const [op] of fields) expect(inputs[op], op).toBeDefined()
  })

  it.each(fields)('[F2, F18] in %s %j are no failure of the server', async (op, path) => {
    for (const value of odd) {
      const text = textWith(inputs[op], path, value)
      const codes = [await codeByRest(op, text), await codeBySocket(op, text)]
      expect(codes, `${op} ${text}`).not.toContain('internal')
      expect(codes, `${op} ${text}`).not.toContain('unavailable')
      if (['1e20', '1.5', '-1', '"1"', '1e999', '9007199254740994'].includes(value))
        expect(codes[0], `${op} ${text}`).toBe('invalidInput')
    }
  })

  it('[F2] in a cursor start again with the first page', async () => {
    for (const cursor of ['9007199254740994.1', '1e20.1e308', '-1.-0', 'NaN.NaN', '1.5.1.5', '.', '١.٢'])
      expect(await codeByRest('sync.heads', JSON.stringify({ cursor }))).toBe('ok')
  })

  it('[F18] as the number of a request close the socket, unless it is a whole one that is held exactly', async () => {
    for (const id of ['9007199254740994', '1e20', '-1', '1.5', '"1"', 'null']) {
      const client = await WireClient.connect(server.url, anna.token)
      client.sendText(`{"t":"req","id":${id},"op":"sync.heads","in":{}}`)
      expect([id, await client.closed]).toEqual([id, 4400])
    }
  })
})

let lastId = 0
async function codeBySocket(op: OpName, text: string): Promise<string> {
  const id = 1_000_000 + lastId++
  const answer = socket.next((frame) => frame.t === 'res' && frame.id === id)
  socket.sendText(`{"t":"req","id":${id},"op":"${op}","in":${text}}`)
  const frame = await Promise.race([answer, socket.closed])
  if (typeof frame === 'number') throw new Error(`the socket was closed with ${frame}`)
  return frame.t === 'res' && !frame.ok ? frame.error.code : 'ok'
}
