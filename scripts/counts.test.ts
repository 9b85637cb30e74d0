import { describe, expect, it } from 'vitest'
import { countedLine, countsOf, failureLines, readCounts, readFailureLines, sumCounts } from './counts.mjs'

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((s) => ({ status: s })),
})
const report = (changes: object) => ({
  success: true,
  numPassedTests: 2,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [file('passed', 'passed', 'passed')],
  ...changes,
})

describe('counts', () => {
  it('takes the numbers of a good run', () => {
    expect(countsOf(report({}))).toEqual({ passed: 2, failed: 0 })
  })
  it('counts failed tests once', () => {
    const failed = { success: false, numFailedTests: 1, testResults: [file('failed', 'passed', 'failed')] }
    expect(countsOf(report(failed))).toEqual({ passed: 2, failed: 1 })
  })
  it('counts a file that could not be loaded', () => {
    expect(countsOf(report({ success: false, testResults: [file('failed')] }))).toEqual({
      passed: 2,
      failed: 1,
    })
  })
  it('counts a run that went wrong outside its tests', () => {
    expect(countsOf(report({ success: false }))).toEqual({ passed: 2, failed: 1 })
  })
  it('counts what was left out, unless it was chosen by name', () => {
    expect(countsOf(report({ numPendingTests: 3 }))).toEqual({ passed: 2, failed: 3 })
    expect(countsOf(report({ numPendingTests: 3 }), { filtered: true })).toEqual({ passed: 2, failed: 0 })
  })
  it('reads back the line it writes, the last one', () => {
    const counts = { passed: 12, failed: 1 }
    expect(readCounts(`1 passed, 0 failed\nmore\n${countedLine(counts)}\n`)).toEqual(counts)
    expect(readCounts('Tests  3 passed, 1 failed (4)')).toBeUndefined()
  })
  it('adds up', () => {
    expect(sumCounts([])).toEqual({ passed: 0, failed: 0 })
    expect(
      sumCounts([
        { passed: 1, failed: 2 },
        { passed: 3, failed: 0 },
      ]),
    ).toEqual({ passed: 4, failed: 2 })
  })
  it('names what failed, once more at the end', () => {
    const tests = [
      { status: 'passed', fullName: 'a sum is right' },
      { status: 'failed', fullName: 'a sum is even', failureMessages: ['AssertionError: 3\n    at sum'] },
    ]
    const testResults = [
      { name: '/here/a.test.ts', status: 'failed', assertionResults: tests },
      { name: '/here/b.test.ts', status: 'failed', message: 'no such module', assertionResults: [] },
      { name: '/here/c.test.ts', status: 'passed', assertionResults: [] },
    ]
    const lines = failureLines({ testResults }, '/here')
    expect(lines).toEqual([
      'FAILED a.test.ts > a sum is even: AssertionError: 3',
      'FAILED b.test.ts: no such module',
    ])
    expect(readFailureLines(['much', ...lines, 'FAILED test     4 min'].join('\n'))).toEqual(lines)
  })
})
