/** Rules of style that no compiler checks. The checkers are tried on bad samples in checks/checks.test.ts. */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import zhCN from '../../src/i18n/zh-CN'
import { keysOf, keysUsed, unknownKeys } from './checks/i18n'
import * as project from './checks/project'
import { ruleGaps, unrunTests } from './checks/rules'
import { filesTooLong, functionsTooLong } from './checks/sizes'
import { hanInComponents, physicalSides, unfinished } from './checks/words'
import { importsOf } from './imports'
import { filesLike, isCode, isTest, projectPaths, type File } from './tree'

const read = (path: string): string => readFileSync(path, 'utf8')
const code = filesLike(isCode)
const tests = code.filter(({ path }) => isTest(path))
const ours = code.filter(({ path }) => !isTest(path))
const samples = 'tests/architecture/checks/checks.test.ts'
const manifest = JSON.parse(read('package.json')) as project.Manifest
const over = (files: readonly File[], check: (file: File) => string[]): string[] => files.flatMap(check)

describe('sizes', () => {
  it('keeps files at 400 lines, components at 150', () => {
    expect(over(code, filesTooLong)).toEqual([])
  })
  it('keeps functions at 70 lines', () => {
    const held = ours.filter(({ path }) => !/^(tests|bench)\//.test(path))
    expect(over(held, functionsTooLong)).toEqual([])
  })
})

describe('words', () => {
  it('leaves no unfinished work', () => {
    expect(
      over(
        filesLike((path) => /\.(ts|vue|js|mjs|md|yml|css|scss)$/.test(path) && path !== samples),
        unfinished,
      ),
    ).toEqual([])
  })
  it('runs every test', () => {
    expect(over(tests, unrunTests)).toEqual([])
  })
  it('keeps texts of components in the catalogue', () => {
    expect(
      over(
        code.filter(({ path }) => path.endsWith('.vue')),
        hanInComponents,
      ),
    ).toEqual([])
  })
  it('uses only texts that the catalogue has', () => {
    const client = ours.filter(({ path }) => path.startsWith('src/'))
    const missing = client.flatMap(({ path, text }) =>
      unknownKeys(keysUsed(text), keysOf(zhCN)).map((key) => `${path}: ${key}`),
    )
    expect(missing).toEqual([])
  })
  it('uses logical sides in styles', () => {
    expect(
      over(
        filesLike((path) => /^src\/.*\.(vue|s?css)$/.test(path)),
        physicalSides,
      ),
    ).toEqual([])
  })
})

describe('protocol/SPEC.md', () => {
  const gaps = ruleGaps(read('protocol/SPEC.md'), tests)
  it('has a test for every rule', () => {
    expect(gaps.untested).toEqual([])
  })
  it('states every rule that a test names', () => {
    expect(gaps.unknown).toEqual([])
  })
})

describe('package.json', () => {
  it('names one exact version of every dependency', () => {
    expect(project.loosePins(manifest)).toEqual([])
  })
  it('depends on what the server and the protocol import, and on nothing else: the client is built in', () => {
    const held = ours.filter(({ path }) => /^(server|protocol)\//.test(path))
    const packages = held
      .flatMap((file) => importsOf(file).map(({ from }) => from))
      .filter((from) => !/^(node:|server\/|protocol\/)/.test(from))
      .map((from) => /^(@[^/]+\/)?[^/]+/.exec(from)?.[0])
    expect([...new Set(packages)].sort()).toEqual(Object.keys(manifest.dependencies).sort())
  })
  it('has a file for every script', () => {
    expect(project.missingScripts(manifest, existsSync)).toEqual([])
  })
  it('locks no address to download from', () => {
    expect(
      project.lockAddresses(
        JSON.parse(read('package-lock.json')) as Parameters<typeof project.lockAddresses>[0],
      ),
    ).toEqual([])
  })
  it.each(filesLike((path) => path.endsWith('.md')).map((file) => [file.path, file] as const))(
    'knows the commands of %s',
    (_path, { text }) => {
      expect(project.unknownCommands(text, manifest)).toEqual([])
    },
  )
})

describe('pages.json', () => {
  const pages = project.parsePages(read('pages.json'))
  it('names pages that exist', () => {
    expect(project.pagesNamed(pages).filter((path) => !existsSync(`src/${path}.vue`))).toEqual([])
  })
  it('names every page there is', () => {
    const named = new Set(project.pagesNamed(pages).map((path) => `src/${path}.vue`))
    const there = projectPaths.filter((path) => /^src\/(pages|pkg-[a-z-]+)\/[a-z-]+\/index\.vue$/.test(path))
    expect(there.filter((path) => !named.has(path))).toEqual([])
  })
  it('stands at the top alone: the copies under src are made by scripts/uni.mjs', () => {
    expect(projectPaths.filter((path) => /^src\/(pages|manifest)\.json$/.test(path))).toEqual([])
  })
})
