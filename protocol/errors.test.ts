import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ops } from '.'
import { errors, type ErrorCode, type Retry } from './errors'

const rows = Object.entries(errors) as [ErrorCode, (typeof errors)[ErrorCode]][]
const declared = new Set(Object.values(ops).flatMap((definition): readonly ErrorCode[] => definition.errors))
/** Codes that every caller may see. The type of the same name in errors.ts is the source; this reads it. */
const common = [
  ...(/CommonErrorCode =([\s\S]*?)\n\n/.exec(readFileSync('protocol/errors.ts', 'utf8'))?.[1] ?? '').matchAll(
    /'(\w+)'/g,
  ),
].map((match) => match[1])
const ofTheLink = ['versionUnsupported', 'offline', 'timeout', 'tooOld', 'cancelled']

describe('the error catalogue', () => {
  it.each(rows)('%s has a status, a text and a code for old clients', (code, row) => {
    expect(row.http).toBeGreaterThanOrEqual(400)
    expect(row.http).toBeLessThan(600)
    expect(row.text).toBe(`error.${code}`)
    expect(row.legacy).toBeGreaterThanOrEqual(400)
  })
  it('[O4] sends again only what may pass later: faults of the caller are for ever', () => {
    const kept: readonly Retry[] = ['same', 'later']
    for (const [, { http, retry }] of rows)
      if (http < 500 && http !== 429) expect(retry).toBe('never')
      else expect(kept).toContain(retry)
  })
  it('[F8] holds no code that nobody may answer', () => {
    const known = new Set<string | undefined>([...declared, ...common, ...ofTheLink])
    expect(rows.map(([code]) => code).filter((code) => !known.has(code))).toEqual([])
    expect(common.length).toBeGreaterThan(5)
  })
})
