/** Which tests a run had, so that another one can leave them out. */
import path from 'node:path'

/** @typedef {Record<string, string[]>} Ran full names of the tests of each file */
/** @typedef {{ testResults: { name: string, assertionResults: { fullName?: string, status: string }[] }[] }} Report */

/**
 * Tests that a report of vitest has results of.
 * @param {Report} report
 * @param {string} root folder that file names are told from
 * @returns {Ran}
 */
export const ranIn = ({ testResults }, root) =>
  Object.fromEntries(
    testResults.map(({ name, assertionResults }) => [
      path.relative(root, name),
      assertionResults
        .filter(({ status }) => status === 'passed' || status === 'failed')
        .map(({ fullName = '' }) => fullName),
    ]),
  )

/**
 * Matches every full name but these.
 * @param {readonly string[]} names
 */
export function namesPattern(names) {
  const escaped = names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^(?!(?:${escaped.join('|')})$)`)
}

/**
 * The report without the tests that ran before: those are not left out, they were done.
 * @template {Report & { numPendingTests: number }} R
 * @param {R} report
 * @param {Ran} ran
 * @param {string} root
 * @returns {R}
 */
export function withoutRan(report, ran, root) {
  const testResults = report.testResults.map((file) => {
    const names = new Set(ran[path.relative(root, file.name)])
    const isNew = ({ fullName = '', status }) => status !== 'skipped' || !names.has(fullName)
    return { ...file, assertionResults: file.assertionResults.filter(isNew) }
  })
  const count = (files) => files.reduce((sum, { assertionResults }) => sum + assertionResults.length, 0)
  const done = count(report.testResults) - count(testResults)
  return { ...report, testResults, numPendingTests: report.numPendingTests - done }
}
