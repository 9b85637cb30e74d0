/** Runs chosen tests in a copy of the source, in a process of their own. */
import { spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import type { Report } from './judge'
import type { Choice } from './mutant'

/** Choices that one run of vitest can take: those with the same configuration and environment. */
export function groupsOf(choices: readonly Choice[]): Choice[][] {
  const groups = new Map<string, Choice[]>()
  for (const choice of choices) {
    const key = JSON.stringify([configOf(choice), choice.env ?? {}])
    groups.set(key, [...(groups.get(key) ?? []), choice])
  }
  return [...groups.values()]
}

/** The report of the tests chosen, which may have several groups. Throws Error when a run leaves none, or takes too long. */
export async function runTests(
  folder: string,
  choices: readonly Choice[],
  withinMs: number,
): Promise<Report> {
  const testResults: Report['testResults'][number][] = []
  for (const group of groupsOf(choices))
    testResults.push(...(await runGroup(folder, group, withinMs)).testResults)
  return { testResults }
}

const configOf = ({ file }: Choice): string =>
  file.startsWith('tests/faults/') ? 'vitest.faults.config.ts' : 'vitest.config.ts'

/** A regular expression that fits the text and nothing else. */
const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

async function runGroup(folder: string, group: readonly Choice[], withinMs: number): Promise<Report> {
  const [first] = group
  if (!first) return { testResults: [] }
  const outputFile = path.join(folder, 'report.json')
  rmSync(outputFile, { force: true })
  const titles = [...new Set(group.map(({ title }) => literal(title)))].join('|')
  const files = [...new Set(group.map(({ file }) => file))]
  const args = ['run', '--config', configOf(first), '-t', titles, '--reporter=json']
  const command = [...args, `--outputFile.json=${outputFile}`, ...files]
  const output = await runNode(folder, command, first.env, withinMs)
  try {
    return JSON.parse(readFileSync(outputFile, 'utf8')) as Report
  } catch {
    throw new Error(`vitest left no report: ${output.slice(-2_000)}`)
  }
}

function runNode(cwd: string, args: string[], env: Choice['env'], withinMs: number): Promise<string> {
  const vitest = path.join(cwd, 'node_modules/vitest/vitest.mjs')
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [vitest, ...args], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    const timer = setTimeout(() => child.kill('SIGKILL'), withinMs)
    child.on('error', reject)
    child.on('close', () => {
      clearTimeout(timer)
      resolve(output)
    })
  })
}
