// Runs a script of ours on another Node, which npm's package `node` brings: node scripts/supply/on-node.mjs 24.21.0 scripts/test.mjs
import { runNpm } from './npm.mjs'

const [version, ...script] = process.argv.slice(2)
const { code } = await runNpm(['exec', '--yes', `--package=node@${version}`, '--', 'node', ...script], {
  show: true,
})
process.exitCode = code
