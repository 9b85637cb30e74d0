// Unit, contract, server, simulator and client tests. Arguments go to vitest: npm test -- server/chat
import { countedLine } from './counts.mjs'
import { runVitest } from './vitest.mjs'

const backends = {
  TOKENIM_TEST_MYSQL: ['MariaDB or MySQL', 'mysql://root@127.0.0.1:3306'],
  TOKENIM_TEST_REDIS: ['Redis', 'redis://127.0.0.1:6379'],
}
const missing = Object.keys(backends).filter((name) => !process.env[name])

if (missing.length > 0 && process.env.CI === 'true') {
  console.error(`CI must test every backend, but ${missing.join(' and ')} is not set.`)
  console.log(countedLine({ passed: 0, failed: 1 }))
  process.exit(1)
}

const counts = await runVitest(process.argv.slice(2))
for (const name of missing) {
  const [what, example] = backends[name]
  console.log(`Not run: tests on ${what}. To run them: ${name}=${example} npm test`)
}
console.log(countedLine(counts))
process.exitCode = counts.failed > 0 ? 1 : 0
