/** Runs vitest and counts its tests by its JSON reporter. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { countsOf, failureLines } from './counts.mjs'
import { ranIn, withoutRan } from './ran.mjs'
import { bin, root, runNode } from './run.mjs'

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'))

/**
 * `vitest …args`, shown on the terminal. A run that leaves no report behind counts as one failed test.
 * @param {string[]} args `run` or `related` first
 * @param {{ ranFile?: string, leaveOut?: string }} [options] `ranFile`: where the names of the tests are written that ran;
 *   `leaveOut`: such a file, of tests that this run leaves out
 * @returns {Promise<import('./counts.mjs').Counts>}
 */
export async function runVitest(args, { ranFile, leaveOut } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'tokenim-report-'))
  const reportFile = path.join(folder, 'report.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`]
  try {
    const { code } = await runNode([bin('vitest/vitest.mjs'), ...args, '--run', ...reporters])
    const filtered = args.some((arg) => /^(-t|--testNamePattern)/.test(arg))
    const whole = readJson(reportFile)
    if (ranFile) writeFileSync(ranFile, JSON.stringify(ranIn(whole, root)))
    const report = leaveOut ? withoutRan(whole, readJson(leaveOut), root) : whole
    for (const line of failureLines(report, root)) console.log(line)
    const counts = countsOf(report, { filtered })
    return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts
  } catch (error) {
    console.error(`vitest left no report: ${error.message}`)
    return { passed: 0, failed: 1 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
