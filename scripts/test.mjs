// Unit, contract, server, simulator and client tests. Arguments go to vitest: npm test -- server/chat
import { countedLine } from './counts.mjs'
import { runVitest } from './vitest.mjs'

const backends = {
  TOKENIM_TEST_MYSQL: ['MariaDB or MySQL', 'mysql://root@127.0.0.1:3306'],
  TOKENIM_TEST_REDIS: ['Redis', 'redis://127.0.0.1:6379'],
}

const counts = await runVitest(['run', ...process.argv.slice(2)], { ranFile: process.env.TOKENIM_TEST_RAN })
for (const [name, [what, example]] of Object.entries(backends))
  if (!process.env[name]) console.log(`Not run: tests on ${what}. To run them: ${name}=${example} npm test`)
console.log(countedLine(counts))
process.exitCode = counts.failed > 0 ? 1 : 0
