/** Every checker must be able to fail: here it is given what it must find, and what it must let pass. */
import { describe, expect, it } from 'vitest'
import type { File } from '../tree'
import * as i18n from './i18n'
import * as project from './project'
import { ruleGaps, titlesOf, unrunTests } from './rules'
import { filesTooLong, functionsTooLong } from './sizes'
import { hanInComponents, physicalSides, unfinished } from './words'

const file = (text: string, path = 'x.ts'): File => ({ path, text })
const lines = (count: number): string => 'x\n'.repeat(count)
const vue = (style: string): File =>
  file(`<template><view>left: right</view></template>\n<style>${style}</style>`, 'x.vue')

describe('sizes', () => {
  it('finds long files and lets short ones pass', () => {
    expect(filesTooLong(file(lines(401)))).toHaveLength(1)
    expect(filesTooLong(file(lines(400)))).toEqual([])
    expect(filesTooLong(file(lines(151), 'x.vue'))).toHaveLength(1)
    expect(filesTooLong(file(lines(150), 'x.vue'))).toEqual([])
  })
  it.each([
    ['function f() {', '}'],
    ['const f = () => {', '}'],
    ['class C { m() {', '} }'],
    ['const o = { async run() {', '} }'],
  ])('finds a long function: %s', (open, close) => {
    expect(functionsTooLong(file(`${open}\n${'a()\n'.repeat(69)}${close}`))).toHaveLength(1)
    expect(functionsTooLong(file(`${open}\n${'a()\n'.repeat(68)}${close}`))).toEqual([])
  })
  it('looks into components', () => {
    const body = `function f() {\n${'a()\n'.repeat(80)}}`
    expect(functionsTooLong(file(`<script setup lang="ts">\n${body}\n</script>`, 'x.vue'))).toHaveLength(1)
  })
})

describe('words', () => {
  it.each(['// TODO later', '/* FIXME */', 'const a = 1 // XXX'])('finds %s', (text) => {
    expect(unfinished(file(text))).toHaveLength(1)
  })
  it.each(["it.skip('x')", "describe.only('x')", 'test.skipIf(a)', "describe.each(a).skip('x')", "xit('x')"])(
    'finds %s',
    (text) => {
      expect(unrunTests(file(text))).toHaveLength(1)
    },
  )
  it('lets words pass that only look alike', () => {
    expect(unfinished(file('const method = TODOS'))).toEqual([])
    expect(unrunTests(file('list.skip(1); exit(1); it.each(a)'))).toEqual([])
  })
  it('finds Han characters in components', () => {
    expect(hanInComponents(file('<text>发送</text>', 'x.vue'))).toHaveLength(1)
    expect(hanInComponents(file("<text>{{ t('chat.send') }} 🙂</text>", 'x.vue'))).toEqual([])
  })
  it.each([
    'a { margin-left: 1px }',
    'a { left: 0; }',
    'a{text-align:right}',
    'a { border-top-left-radius: 2px; }',
    'a {\n  right: 4px;\n}',
  ])('finds the physical side in %s', (style) => {
    expect(physicalSides(vue(style))).toHaveLength(1)
  })
  it('finds it in style attributes and stylesheets', () => {
    expect(physicalSides(file('<view style="padding-left: 2px" />', 'x.vue'))).toHaveLength(1)
    expect(physicalSides(file('.a { float: left }', 'x.scss'))).toHaveLength(1)
  })
  it.each([
    'a { margin-inline-start: 1px }',
    'a { inset-inline-end: 0; }',
    'a { text-align: start; }',
    '.left { color: red }',
  ])('lets %s pass', (style) => {
    expect(physicalSides(vue(style))).toEqual([])
  })
})

describe('rules', () => {
  const spec = '- **A1** One.\n- **A2** Two.\n- **A3** Three.'
  it('finds rules without a test and numbers without a rule', () => {
    const tests = [file("it('[A1] one', f); describe.each(x)(`[A2, B9] ${'$'}{y}`, f)", 'x.test.ts')]
    expect(ruleGaps(spec, tests)).toEqual({ untested: ['A3'], unknown: ['x.test.ts: [B9]'] })
  })
  it('reads titles only, not other texts', () => {
    expect(titlesOf(file("it.each([['[A1] row']])('[A2] %s', () => say('[A3]'))"))).toEqual(['[A2] %s'])
  })
})

describe('project', () => {
  const manifest: project.Manifest = {
    scripts: { test: 'node scripts/test.mjs', docs: 'tsx scripts/docs.ts', format: 'prettier --write .' },
    dependencies: { ws: '^8.0.0' },
    devDependencies: { vue: '3.4.21', vite: '~5.2.0', uni: '3.0.0-5000720260410001' },
    overrides: { rollup: '*' },
  }
  it('finds loose versions', () => {
    expect(project.loosePins(manifest)).toEqual(['ws: ^8.0.0', 'vite: ~5.2.0', 'rollup: *'])
  })
  it('finds scripts that do not exist', () => {
    expect(project.missingScripts(manifest, (path) => path === 'scripts/test.mjs')).toEqual([
      'docs: scripts/docs.ts',
    ])
  })
  it('finds commands that do not exist', () => {
    expect(project.unknownCommands('`npm ci && npm test`, `npm run docs`', manifest)).toEqual([])
    expect(project.unknownCommands('`npm run nothing` and `npm start`', manifest)).toEqual([
      'npm run nothing',
      'npm start',
    ])
  })
  it('finds addresses in a lock file', () => {
    expect(project.lockAddresses({ packages: { a: { resolved: 'somewhere' }, b: {} } })).toEqual(['a'])
  })
  it('reads pages of subpackages and tabs', () => {
    const pages = project.parsePages(
      '{\n  // another\n "pages": [{"path":"a"}], "subPackages": [{"root":"b","pages":[{"path":"c"}]}] }',
    )
    expect(project.pagesNamed(pages)).toEqual(['a', 'b/c'])
  })
})

describe('i18n', () => {
  it('reads the keys used in code', () => {
    expect(i18n.keysUsed("t('chat.send'), $t(`me.title`), at('no'), t(`error.${'$'}{code}`)")).toEqual([
      'chat.send',
      'me.title',
      'error.',
    ])
  })
  it('finds keys that the catalogue lacks', () => {
    const keys = i18n.keysOf({ chat: { send: 'x' }, error: { a: 'y' } })
    expect(i18n.unknownKeys(['chat.send', 'error.', 'chat.gone', 'time.'], keys)).toEqual([
      'chat.gone',
      'time.',
    ])
  })
})
