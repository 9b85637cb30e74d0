/** Runs vitest and counts its tests by its JSON reporter. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { countsOf, failureLines } from './counts.mjs'
import { bin, root, runNode } from './run.mjs'

/**
 * `vitest run …args`, shown on the terminal. A run that leaves no report behind counts as one failed test.
 * @param {string[]} args
 * @returns {Promise<import('./counts.mjs').Counts>}
 */
export async function runVitest(args) {
  const folder = mkdtempSync(path.join(tmpdir(), 'tokenim-report-'))
  const reportFile = path.join(folder, 'report.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`]
  try {
    const { code } = await runNode([bin('vitest/vitest.mjs'), 'run', ...reporters, ...args])
    const filtered = args.some((arg) => /^(-t|--testNamePattern)/.test(arg))
    const report = JSON.parse(readFileSync(reportFile, 'utf8'))
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
