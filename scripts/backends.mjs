// What MariaDB and Redis add to a run of `npm test` without them: the tests that it did not have. Their names are in the file
// that TOKENIM_TEST_RAN names; scripts/test.mjs writes it.
import { countedLine } from './counts.mjs'
import { runVitest } from './vitest.mjs'

const needed = ['TOKENIM_TEST_MYSQL', 'TOKENIM_TEST_REDIS', 'TOKENIM_TEST_RAN']
/** Every test on a backend imports them; vitest knows from where. */
const sources = ['tests/server/databases.ts', 'tests/server/buses.ts']

async function run() {
  const missing = needed.filter((name) => !process.env[name])
  if (missing.length > 0) {
    console.error(`Not tested: MariaDB and Redis. ${missing.join(' and ')} must be set.`)
    return { passed: 0, failed: 1 }
  }
  const counts = await runVitest(['related', ...sources, '--config', 'vitest.backends.config.ts'], {
    leaveOut: process.env.TOKENIM_TEST_RAN,
  })
  if (counts.passed > 0) return counts
  console.error('No test ran on MariaDB and Redis.')
  return { passed: 0, failed: Math.max(1, counts.failed) }
}

const counts = await run()
console.log(countedLine(counts))
process.exitCode = counts.failed > 0 ? 1 : 0
