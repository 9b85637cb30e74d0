import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isStale } from './stale.mjs'

let folder: string
const at = (name: string) => path.join(folder, name)
function touch(name: string, second: number): void {
  mkdirSync(path.dirname(at(name)), { recursive: true })
  writeFileSync(at(name), '')
  utimesSync(at(name), second, second)
}
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tokenim-stale-'))
  touch('dist/out.js', 100)
  touch('src/deep/a.ts', 50)
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

describe('a build is stale', () => {
  const stale = () => isStale(at('dist/out.js'), [at('src'), at('absent.json')])
  it('not when everything is older', () => {
    expect(stale()).toBe(false)
  })
  it('when a source deep down is newer', () => {
    touch('src/deep/a.ts', 101)
    expect(stale()).toBe(true)
  })
  it('not when only a test is newer', () => {
    touch('src/deep/a.test.ts', 101)
    expect(stale()).toBe(false)
  })
  it('when it was never made', () => {
    expect(isStale(at('dist/other.js'), [])).toBe(true)
  })
})
