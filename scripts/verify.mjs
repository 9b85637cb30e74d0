// All that CI does, in order, with times. --long adds the slow tiers. The last line counts the tests of all suites; a step
// that is no test counts only when it fails.
import { countedLine, readCounts, readFailureLines, sumCounts } from './counts.mjs'
import { bin, root, runNode, timeText } from './run.mjs'

/** @typedef {{ name: string, args: string[], tests?: boolean, env?: Record<string, string> }} Step */

const script = (name) => `${root}/scripts/${name}.mjs`
/** `tests`: the step ends with a counted line. @type {Step[]} */
const steps = [
  { name: 'check', args: [script('check')] },
  { name: 'lint', args: [bin('eslint/bin/eslint.js'), '.'] },
  { name: 'format', args: [bin('prettier/bin/prettier.cjs'), '--check', '.'] },
  { name: 'test', args: [script('test')], tests: true },
  { name: 'faults', args: [script('faults')], tests: true },
  { name: 'build', args: [script('build')] },
  { name: 'targets', args: [script('targets')], tests: true },
  { name: 'e2e', args: [script('e2e')], tests: true },
]
/** More seeds and more kills of the same tests. @type {Step[]} */
const slowSteps = [
  {
    name: 'long',
    args: [script('test'), 'tests/sim'],
    tests: true,
    env: { TOKENIM_SIM_SEEDS: '10000' },
  },
  { name: 'faults', args: [script('faults')], tests: true, env: { TOKENIM_FAULTS: 'long' } },
  { name: 'mutants', args: [bin('tsx/dist/cli.mjs'), 'tests/mutants/cli.ts'], tests: true },
  { name: 'bench', args: [bin('tsx/dist/cli.mjs'), 'bench/run.ts'] },
]

/** Counts of one step. A test step that says nothing, or fails without saying so, counts as one failure. */
async function take({ name, args, tests = false, env = {} }) {
  const start = Date.now()
  const { code, output } = await runNode(args, { output: 'tee', env })
  const said = tests ? readCounts(output) : { passed: 0, failed: 0 }
  const counts = said ?? { passed: 0, failed: 1 }
  if (code !== 0 && counts.failed === 0) counts.failed = 1
  return { name, counts, ms: Date.now() - start, failures: tests ? readFailureLines(output) : [] }
}

const chosen = process.argv.includes('--long') ? [...steps, ...slowSteps] : steps
const results = []
for (const [n, step] of chosen.entries()) {
  console.log(`\n━━ ${n + 1}/${chosen.length} ${step.name}`)
  results.push(await take(step))
}

console.log('\n━━ result')
for (const { name, counts, ms } of results) {
  const numbers = counts.passed + counts.failed > 0 ? `  ${countedLine(counts)}` : ''
  console.log(`${counts.failed === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(8)} ${timeText(ms)}${numbers}`)
}
const total = sumCounts(results.map(({ counts }) => counts))
for (const line of results.flatMap(({ failures }) => failures)) console.log(line)
if (total.failed > 0)
  console.log('Next: run the failed step alone, e.g. npm run check, npm run lint, npm test.')
console.log(countedLine(total))
process.exitCode = total.failed > 0 ? 1 : 0
