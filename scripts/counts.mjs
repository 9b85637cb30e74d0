/**
 * Counts of tests. Every script that runs tests ends with the line `N passed, N failed`, so that those which run several
 * of them can add up.
 * @typedef {{ passed: number, failed: number }} Counts
 */

/**
 * Counts of one report of vitest's JSON reporter. A file that could not be loaded holds no test and counts as one that
 * failed, as does a run that went wrong outside every test, or that left tests out.
 * @param {{ success: boolean, numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number,
 *   testResults: { status: string, assertionResults: { status: string }[] }[] }} report
 * @param {{ filtered?: boolean }} [options] `filtered`: tests were chosen by name, those left out are no failure
 * @returns {Counts}
 */
export function countsOf(report, { filtered = false } = {}) {
  const unloaded = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  ).length
  const leftOut = filtered ? 0 : report.numPendingTests + report.numTodoTests
  const failed = report.numFailedTests + unloaded + leftOut
  return { passed: report.numPassedTests, failed: failed === 0 && !report.success ? 1 : failed }
}

/** @param {Counts} counts */
export const countedLine = ({ passed, failed }) => `${passed} passed, ${failed} failed`

/**
 * The last counted line of what a script printed.
 * @param {string} output
 * @returns {Counts | undefined}
 */
export function readCounts(output) {
  const last = [...output.matchAll(/^(\d+) passed, (\d+) failed\r?$/gm)].at(-1)
  return last && { passed: Number(last[1]), failed: Number(last[2]) }
}

/**
 * @param {readonly Counts[]} list
 * @returns {Counts}
 */
export const sumCounts = (list) =>
  list.reduce((sum, one) => ({ passed: sum.passed + one.passed, failed: sum.failed + one.failed }), {
    passed: 0,
    failed: 0,
  })

/**
 * One line for each test that failed and each file that could not be loaded, with the first line of what went wrong. A long
 * output is often kept only in part: these lines stand at its end.
 * @param {{ testResults: { name: string, status: string, message?: string,
 *   assertionResults: { status: string, fullName?: string, failureMessages?: string[] }[] }[] }} report
 * @param {string} root folder that file names are told from
 */
export function failureLines({ testResults }, root) {
  const line = (file, what, message = '') =>
    `FAILED ${[file.replace(`${root}/`, ''), what].filter(Boolean).join(' > ')}: ${message.split('\n')[0]}`
  return testResults
    .filter(({ status }) => status === 'failed')
    .flatMap(({ name, message, assertionResults }) => {
      const failed = assertionResults.filter(({ status }) => status === 'failed')
      if (failed.length === 0) return [line(name, '', message)]
      return failed.map(({ fullName, failureMessages }) => line(name, fullName, failureMessages?.[0]))
    })
}

/**
 * The lines of `failureLines` within what a script printed.
 * @param {string} output
 */
export const readFailureLines = (output) => output.match(/^FAILED .+: .*$/gm) ?? []
