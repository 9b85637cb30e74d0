// Known vulnerabilities of what the server runs on. Fails from level high on; says so when the registry has no answer.
import { runNpm } from './npm.mjs'
import { verdictOf } from './verdict.mjs'

const patience = ['--fetch-retries=2', '--fetch-retry-mintimeout=1000', '--fetch-timeout=30000']
const { stdout } = await runNpm(['audit', '--omit=dev', '--json', ...patience])
const { outcome, lines } = verdictOf(stdout)
for (const line of lines) console.log(line)
process.exitCode = outcome === 'failed' ? 1 : 0
