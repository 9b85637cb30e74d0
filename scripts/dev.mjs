// The server and the H5 client from their sources, both reloading. Ctrl-C stops both.
import path from 'node:path'
import pretty from 'pino-pretty'
import { startChild } from './child.mjs'
import { bin, root } from './run.mjs'

const serverArgs = [
  bin('tsx/dist/cli.mjs'),
  'watch',
  '--clear-screen=false',
  path.join(root, 'server/main.ts'),
]
const clientArgs = [path.join(root, 'scripts/uni.mjs'), ...process.argv.slice(2)]

console.log('Open the address that the H5 client prints. Ctrl-C stops both.')
const server = startChild(serverArgs, { stdio: ['ignore', 'pipe', 'inherit'] })
const client = startChild(clientArgs, { stdio: ['ignore', 'inherit', 'inherit'] })
server.child.stdout.pipe(pretty({ ignore: 'pid,hostname' }))

// When one ends, the other does.
server.child.on('exit', () => client.stop())
client.child.on('exit', () => server.stop())
