/** Runs the tests that a run before did not have: scripts/backends.mjs, which leaves their names in TOKENIM_TEST_RAN. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { VitestTestRunner } from 'vitest/runners'
import { namesPattern } from '../../scripts/ran.mjs'

const root = path.resolve(import.meta.dirname, '../..')
const ran = JSON.parse(readFileSync(process.env.TOKENIM_TEST_RAN ?? '', 'utf8')) as Record<string, string[]>

export default class AddedRunner extends VitestTestRunner {
  /** The pattern is asked for after each file was collected, so each may have its own. */
  override onCollectStart(file: Parameters<VitestTestRunner['onCollectStart']>[0]): void {
    super.onCollectStart(file)
    const names = ran[path.relative(root, file.filepath)]
    this.config.testNamePattern = names && namesPattern(names)
  }
}
