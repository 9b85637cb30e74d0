import { describe, expect, it } from 'vitest'
import { events, ops, type OpName } from '.'
import { errors, type ErrorCode } from './errors'
import { openApi } from './openapi'

interface Operation {
  operationId: string
  security: unknown[]
  'x-limit': unknown
  responses: Record<string, { description: string }>
}
const document = JSON.parse(JSON.stringify(openApi(ops, events))) as {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, unknown> }
}
const text = JSON.stringify(document)
const names = Object.keys(ops) as OpName[]

describe('openApi', () => {
  it('has a POST for every operation, a GET for reads alone, and one id for each', () => {
    expect(Object.keys(document.paths)).toEqual(names.map((name) => `/api/${name}`))
    for (const name of names) {
      const methods = Object.keys(document.paths[`/api/${name}`] ?? {}).sort()
      expect([name, methods]).toEqual([name, ops[name].kind === 'read' ? ['get', 'post'] : ['post']])
    }
    const ids = Object.values(document.paths).flatMap((path) =>
      Object.values(path).map((one) => one.operationId),
    )
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('points at nothing that is not there, and names records instead of repeating them', () => {
    const refs = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name ?? '')
    expect(refs.length).toBeGreaterThan(10)
    for (const name of refs) expect(document.components.schemas).toHaveProperty(name)
    expect(text.split('"const":"message"')).toHaveLength(2)
  })

  it.each(names)('tells the limit, the caller and every declared error of %s', (name) => {
    const { post } = document.paths[`/api/${name}`] ?? {}
    expect(post?.['x-limit']).toEqual(ops[name].limit)
    expect(post?.security).toEqual(ops[name].auth === 'public' ? [] : [{ access: [] }])
    for (const code of ops[name].errors as readonly ErrorCode[])
      expect(post?.responses[errors[code].http]?.description.split(', ')).toContain(code)
  })

  it('is JSON: nothing of the schema library is left in it', () => {
    expect(text).not.toMatch(/"(Kind|Optional|Hint|TypeBox\.[A-Za-z]+)":/)
    expect(document).toEqual(openApi(ops, events))
  })
})
