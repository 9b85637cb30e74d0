// The server and the H5 client from their sources, both reloading. Ctrl-C stops both.
import { spawn } from 'node:child_process'
import path from 'node:path'
import pretty from 'pino-pretty'
import { bin, root } from './run.mjs'

const port = process.env.PORT ?? '8080'
const server = [bin('tsx/dist/cli.mjs'), 'watch', '--clear-screen=false', path.join(root, 'server/main.ts')]
const client = [path.join(root, 'scripts/uni.mjs'), ...process.argv.slice(2)]

function start(args, stdio) {
  const env = { ...process.env, PORT: port }
  return spawn(process.execPath, args, { cwd: root, env, stdio })
}

console.log(
  `Server on http://localhost:${port}; open the address that the H5 client prints below. Ctrl-C stops both.`,
)
const children = [
  start(server, ['ignore', 'pipe', 'inherit']),
  start(client, ['ignore', 'inherit', 'inherit']),
]
children[0].stdout.pipe(pretty({ ignore: 'pid,hostname' })).pipe(process.stdout)

let stopping = false
function stop(code) {
  if (!stopping) process.exitCode = code
  stopping = true
  for (const child of children) child.kill('SIGTERM')
}
for (const child of children) child.on('exit', (code) => stop(code ?? 0))
process.on('SIGINT', () => stop(0))
process.on('SIGTERM', () => stop(0))
