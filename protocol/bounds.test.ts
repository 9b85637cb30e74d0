import { describe, expect, it } from 'vitest'
import { events, ops } from '.'
import { Settings } from '../server/settings'
import { compile, oneOf, record, t, type OpDefinition, type TSchema } from './define'
import * as records from './records'

/** Paths of what has no upper end: numbers without both, texts, lists and objects that may grow, and what is of any type. */
function unbounded(schema: TSchema, path: string): string[] {
  const inner = (list: unknown, name: string) =>
    Object.entries((list ?? {}) as Record<string, TSchema>).flatMap(([key, part]) =>
      unbounded(part, `${path}${name}${key}`),
    )
  const parts = [...inner(schema.properties, '.'), ...inner(schema.anyOf, '|'), ...inner(schema.allOf, '&')]
  return isBounded(schema)
    ? parts.concat(schema.items ? unbounded(schema.items as TSchema, `${path}[]`) : [])
    : [path]
}
function isBounded({ type, enum: values, const: value, anyOf, allOf, ...rest }: TSchema): boolean {
  if (values ?? value ?? anyOf ?? allOf) return true
  if (type === 'integer') return [rest.minimum, rest.maximum].every(Number.isSafeInteger)
  if (type === 'string') return Number.isSafeInteger(rest.maxLength)
  if (type === 'array') return Number.isSafeInteger(rest.maxItems)
  if (type === 'object') return rest.additionalProperties === false
  return type === 'boolean' || type === 'null'
}

const operations: [string, OpDefinition][] = Object.entries(ops)
const all: [string, TSchema][] = [
  ...operations.flatMap(([name, { input, output }]): [string, TSchema][] => [
    [`${name} in`, input],
    [`${name} out`, output],
  ]),
  ...Object.entries(events).map(([name, { data }]): [string, TSchema] => [name, data]),
  ...Object.entries(records).flatMap(([name, schema]): [string, TSchema][] =>
    typeof schema === 'object' && 'type' in schema ? [[name, schema]] : [],
  ),
  ['the settings', Settings],
]

describe('schemas', () => {
  it.each(all)('[F18] %s has an end everywhere', (name, schema) => {
    expect(unbounded(schema, name)).toEqual([])
  })

  it('[F18] are searched to the last corner', () => {
    const endless: Record<string, TSchema> = {
      number: { ...t.Integer({ minimum: 0, maximum: 1 }), maximum: undefined },
      beyond: t.Integer({ minimum: 0, maximum: 1e20 }),
      text: { ...t.String({ maxLength: 1 }), maxLength: undefined },
      list: { ...t.Array(oneOf('a'), { maxItems: 1 }), maxItems: undefined },
      anything: {} as TSchema,
    }
    for (const [name, schema] of Object.entries(endless)) {
      const nested = record({
        list: t.Array(t.Union([oneOf('b'), record({ [name]: schema })]), { maxItems: 2 }),
      })
      expect(unbounded(nested, 'in')).toEqual([`in.list[]|1.${name}`])
    }
  })

  it('[F18] take no number beyond what every language holds exactly', () => {
    const check = compile(record({ id: records.Id, at: records.Time }))
    expect(check({ id: Number.MAX_SAFE_INTEGER, at: Number.MAX_SAFE_INTEGER })).toBeUndefined()
    for (const odd of [9007199254740994, 1e20, 1e308, -1, 1.5, NaN, Infinity, '1', null, 1n])
      expect(check({ id: 1, at: odd })).toMatchObject({ path: '/at' })
  })
})
