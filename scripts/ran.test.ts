import { describe, expect, it } from 'vitest'
import { countsOf } from './counts.mjs'
import { namesPattern, ranIn, withoutRan } from './ran.mjs'

const file = (name: string, ...tests: [fullName: string, status: string][]) => ({
  name: `/here/${name}`,
  status: 'passed',
  assertionResults: tests.map(([fullName, status]) => ({ fullName, status })),
})
const report = (numPendingTests: number, ...testResults: ReturnType<typeof file>[]) => ({
  ...{ success: true, numPassedTests: 1, numFailedTests: 0, numPendingTests, numTodoTests: 0 },
  testResults,
})

describe('what ran', () => {
  it('is told by file, without what was skipped', () => {
    const tests = file('a.test.ts', ['a on sqlite', 'passed'], ['b', 'failed'], ['c', 'skipped'])
    expect(ranIn(report(1, tests, file('b.test.ts')), '/here')).toEqual({
      'a.test.ts': ['a on sqlite', 'b'],
      'b.test.ts': [],
    })
  })
  it('is left out by its whole name, whatever signs are in it', () => {
    const names = ['[D1] a (b) {c}? ^$ a|b', 'two\nlines', 'a\\b']
    const pattern = namesPattern(names)
    for (const name of names) {
      expect(name).not.toMatch(pattern)
      expect(`${name} on mysql`).toMatch(pattern)
      expect(`more ${name}`).toMatch(pattern)
    }
    expect('anything').toMatch(namesPattern([]))
  })
  it('is no failure where it is left out, as any other skipped test is', () => {
    const ran = { 'a.test.ts': ['a on sqlite'] }
    const added = file('a.test.ts', ['a on sqlite', 'skipped'], ['a on mysql', 'passed'])
    expect(countsOf(withoutRan(report(1, added), ran, '/here'))).toEqual({ passed: 1, failed: 0 })
    const skipped = file('a.test.ts', ['a on sqlite', 'skipped'], ['a on mysql', 'skipped'])
    expect(countsOf(withoutRan(report(2, skipped), ran, '/here'))).toEqual({ passed: 1, failed: 1 })
    const other = file('b.test.ts', ['a on sqlite', 'skipped'])
    expect(countsOf(withoutRan(report(1, other), ran, '/here'))).toEqual({ passed: 1, failed: 1 })
  })
})
