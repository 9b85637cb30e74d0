// All that CI does, in order, with times. --long adds the slow tiers. The last line counts the tests of all suites; a step
// that is no test counts only when it fails.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { countedLine, readCounts, readFailureLines, sumCounts } from './counts.mjs'
import { bin, root, runNode, timeText } from './run.mjs'

/** @typedef {{ name: string, args: string[], tests?: boolean, env?: Record<string, string | undefined> }} Step */

const script = (name) => `${root}/scripts/${name}.mjs`
const folder = mkdtempSync(path.join(tmpdir(), 'tokenim-verify-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
/** Names of the tests that `test` ran, for `backends` to leave out. */
const ran = { TOKENIM_TEST_RAN: path.join(folder, 'ran.json') }
/** As on a fresh clone: without any variable of ours. */
const bare = Object.fromEntries(
  Object.keys(process.env)
    .filter((name) => name.startsWith('TOKENIM_'))
    .map((name) => [name, undefined]),
)
/** `tests`: the step ends with a counted line. @type {Step[]} */
const steps = [
  { name: 'check', args: [script('check')] },
  { name: 'lint', args: [bin('eslint/bin/eslint.js'), '.'] },
  { name: 'audit', args: [script('supply/audit')] },
  { name: 'sbom', args: [script('supply/sbom')] },
  { name: 'format', args: [bin('prettier/bin/prettier.cjs'), '--check', '.'] },
  { name: 'test', args: [script('test')], tests: true, env: { ...bare, ...ran } },
  { name: 'backends', args: [script('backends')], tests: true, env: ran },
  { name: 'faults', args: [script('faults')], tests: true },
  { name: 'build', args: [script('build')] },
  { name: 'targets', args: [script('targets')], tests: true },
  { name: 'e2e', args: [script('e2e')], tests: true },
]
/** What the README's test command runs on as well, one release each; the one that runs us had its turn. */
const otherNodes = ['22.23.3', '24.21.0'].filter(
  (version) => version.split('.')[0] !== process.versions.node.split('.')[0],
)
const onNode = (version) => ({
  name: `node ${version}`,
  args: [script('supply/on-node'), version, script('test')],
  tests: true,
  env: bare,
})
/** More seeds and more kills of the same tests. @type {Step[]} */
const slowSteps = [
  ...otherNodes.map(onNode),
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
  console.log(`${counts.failed === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(12)} ${timeText(ms)}${numbers}`)
}
const total = sumCounts(results.map(({ counts }) => counts))
for (const line of results.flatMap(({ failures }) => failures)) console.log(line)
if (total.failed > 0)
  console.log('Next: run the failed step alone, e.g. npm run check, npm run lint, npm test.')
console.log(countedLine(total))
process.exitCode = total.failed > 0 ? 1 : 0
