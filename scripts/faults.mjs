// Real servers that are killed, cut, frozen, filled and flooded. Arguments go to vitest: npm run test:faults -- kill
import { execFileSync } from 'node:child_process'
import { countedLine } from './counts.mjs'
import { runVitest } from './vitest.mjs'

const install = 'apt-get install -y gcc libc6-dev faketime iproute2 mariadb-server redis-server'
const programs = ['cc', 'faketime', 'mariadbd', 'redis-server']
const backends = ['TOKENIM_TEST_MYSQL', 'TOKENIM_TEST_REDIS']

function isThere(program) {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], {
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
    })
    return true
  } catch {
    return false
  }
}

const missing = [
  ...programs.filter((program) => !isThere(program)),
  ...backends.filter((name) => !process.env[name]),
]
if (missing.length > 0) {
  console.error(`These tests need ${missing.join(', ')}. On Debian: ${install}`)
  console.log(countedLine({ passed: 0, failed: 1 }))
  process.exit(1)
}
process.env.PATH = `${process.env.PATH}:/usr/sbin`
const counts = await runVitest(['run', '--config', 'vitest.faults.config.ts', ...process.argv.slice(2)])
console.log(countedLine(counts))
process.exitCode = counts.failed > 0 ? 1 : 0
