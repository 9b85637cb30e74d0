/** The list fits the source: every bug can still be planted, and every test it names is there. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { colourOf, survivalOf, type Report } from './judge'
import { mutants } from './list'
import { applyEdit, mutate } from './mutant'
import { groupsOf } from './vitest-run'

const read = (file: string): string => readFileSync(file, 'utf8')

describe('the list of mutants', () => {
  it('has no name twice', () => {
    const names = mutants.map(({ name }) => name)
    expect(names).toEqual([...new Set(names)])
  })
  it.each(mutants.map((mutant) => [mutant.name, mutant] as const))('%s: applies', (_name, mutant) => {
    const texts = mutate(mutant, read)
    expect(texts.size).toBeGreaterThan(0)
    for (const file of texts.keys()) expect(file).toMatch(/^(server|src|protocol)\/(?!.*\.test\.ts$)/)
  })
  it.each(mutants.map((mutant) => [mutant.name, mutant] as const))(
    '%s: has its tests',
    (_name, { tests }) => {
      expect(tests.length).toBeGreaterThan(0)
      for (const { file, title } of tests) expect(read(file)).toContain(title)
    },
  )
})

describe('an edit', () => {
  const edit = { file: 'a.ts', find: 'b', put: 'x' }
  it('takes the place of what it looks for', () => {
    expect(applyEdit('a b c', edit)).toBe('a x c')
  })
  it.each([
    ['is not there', 'a c', edit, 'does not hold'],
    ['is there twice', 'a b b', edit, 'more than once'],
    ['stays the same', 'a b c', { ...edit, put: 'b' }, 'changes nothing'],
    ['is empty', 'a b c', { ...edit, find: '' }, 'does not hold'],
  ])('throws when what it looks for %s', (_how, text, bad, message) => {
    expect(() => applyEdit(text, bad)).toThrow(message)
  })
  it('sees the edits before it', () => {
    const again = { file: 'a.ts', find: 'x c', put: 'done' }
    const mutant = { name: 'm', edits: [edit, again], tests: [] }
    expect(mutate(mutant, () => 'a b c').get('a.ts')).toBe('a done')
  })
})

describe('the judge', () => {
  const report = (...results: [fullName: string, status: string][]): Report => ({
    testResults: [
      {
        name: '/tmp/copy/tests/a.test.ts',
        assertionResults: results.map(([fullName, status]) => ({ fullName, status })),
      },
    ],
  })
  const choice = { file: 'tests/a.test.ts', title: 'holds' }
  it('says red when a test that fits failed, green when all passed', () => {
    expect(colourOf(report(['on a holds', 'passed'], ['on b holds', 'failed']), choice)).toBe('red')
    expect(colourOf(report(['on a holds', 'passed'], ['on b breaks', 'failed']), choice)).toBe('green')
  })
  it('says none when nothing ran: a source that does not load is no bug that a test found', () => {
    expect(colourOf(report(), choice)).toBe('none')
    expect(colourOf(report(['on a holds', 'skipped']), choice)).toBe('none')
    expect(colourOf(report(['on a holds', 'failed']), { ...choice, file: 'tests/b.test.ts' })).toBe('none')
  })
  it('looks at one backend when told so', () => {
    const both = report(['on sqlite holds', 'failed'], ['on mysql holds', 'passed'])
    expect(colourOf(both, { ...choice, within: 'mysql' })).toBe('green')
  })
  it('lets a mutant live while one of its tests is not red', () => {
    const one = report(['holds', 'failed'], ['stands', 'passed'])
    expect(survivalOf(one, [choice])).toBeUndefined()
    expect(survivalOf(one, [choice, { ...choice, title: 'stands' }])).toContain('green: tests/a.test.ts')
  })
  it('runs together what has the same configuration and environment', () => {
    const env = { SEEDS: '1' }
    const groups = groupsOf([
      choice,
      { ...choice, env },
      choice,
      { ...choice, file: 'tests/faults/a.test.ts' },
    ])
    expect(groups.map((group) => group.length)).toEqual([2, 1, 1])
  })
})
