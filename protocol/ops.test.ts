import { describe, expect, it } from 'vitest'
import { events, ops } from '.'
import { compile, oneOf, record, type OpDefinition } from './define'
import { limits } from './limits'
import { PROTOCOL_VERSION, MIN_PROTOCOL_VERSION } from './version'

const all: [string, OpDefinition][] = Object.entries(ops)

describe.each(all)('%s', (name, definition) => {
  it('is named domain.verb and says what it does', () => {
    expect(name).toMatch(/^[a-z]+\.[a-z][A-Za-z]+$/)
    expect(definition.doc).toMatch(/^[A-Z].{15,}\.$/)
  })
  it('says how it repeats if and only if it writes', () => {
    expect(definition.repeat === undefined).toBe(definition.kind === 'read')
  })
  it('[F6] carries a clientId when its success is stored', () => {
    if (definition.repeat === 'stored') expect(definition.input).toHaveProperty('properties.clientId')
  })
  it('has a rate limit, per address where nobody is signed in', () => {
    expect(definition.limit.count).toBeGreaterThan(0)
    expect(definition.limit.windowMs).toBeGreaterThanOrEqual(1_000)
    expect(definition.limit.per).toBe(definition.auth === 'public' ? 'address' : 'user')
  })
  it('[F2] refuses unknown keys and things that are no object', () => {
    const check = compile(definition.input)
    for (const odd of [null, undefined, 1, 'x', [], true]) expect(check(odd)).toBeDefined()
    expect(check({ strangeKey: 1 })).toBeDefined()
  })
})

describe('schemas', () => {
  it('[F2] name the path that does not fit', () => {
    const check = compile(ops['chat.markRead'].input)
    expect(check({ conversationId: 1, seq: 2 })).toBeUndefined()
    expect(check({ conversationId: 1, seq: -1 })).toMatchObject({ path: '/seq' })
    expect(check({ conversationId: 1, seq: 1.5 })).toMatchObject({ path: '/seq' })
    expect(check({ conversationId: 2 ** 53, seq: 1 })).toMatchObject({ path: '/conversationId' })
  })
  it('[S6] take texts of 1 to messageTextCharsMax characters that are not only white space', () => {
    const check = compile(ops['chat.sendMessage'].input)
    const send = (text: string) =>
      check({ conversationId: 1, clientId: 'abcdefgh', seenSeq: 0, body: { kind: 'text', text } })
    expect(send('a')).toBeUndefined()
    expect(send('  你好 🙂 \n')).toBeUndefined()
    expect(send('x'.repeat(limits.messageTextCharsMax))).toBeUndefined()
    for (const text of ['', '   ', '\n\t', 'x'.repeat(limits.messageTextCharsMax + 1)])
      expect(send(text)).toBeDefined()
  })
  it('[A1] take account names of letters, digits, _ and -, letter first', () => {
    const check = compile(ops['accounts.register'].input)
    const account = (name: string) =>
      check({
        clientId: 'abcdefgh',
        account: name,
        password: '12345678',
        name: 'A',
        device: { name: 'x', platform: 'h5' },
      })
    for (const name of ['anna', 'Bo_2-x', 'a'.repeat(limits.accountCharsMax)])
      expect(account(name)).toBeUndefined()
    for (const name of ['abc', '1abc', 'an na', '王小明明', 'a'.repeat(limits.accountCharsMax + 1)])
      expect(account(name)).toMatchObject({ path: '/account' })
  })
  it('[F2] take one of the texts of a oneOf, and no other', () => {
    const check = compile(record({ platform: oneOf('h5', 'app') }))
    expect(check({ platform: 'app' })).toBeUndefined()
    for (const platform of ['', 'toaster', 1, null])
      expect(check({ platform })).toMatchObject({ path: '/platform' })
  })
  it('describe every event, and none takes an empty object', () => {
    for (const [name, { data, doc }] of Object.entries(events)) {
      expect(name).toMatch(/^[a-z]+\.[a-z][A-Za-z]+$/)
      expect(doc.length).toBeGreaterThan(15)
      expect(compile(data)({})).toBeDefined()
    }
  })
  it('[W3] the oldest version spoken is not above the newest', () => {
    expect(MIN_PROTOCOL_VERSION).toBeLessThanOrEqual(PROTOCOL_VERSION)
  })
})
