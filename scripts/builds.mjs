/** What is built, of what it is made, and how. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { root, runNode, timeText } from './run.mjs'
import { isStale } from './stale.mjs'

const at = (file) => path.join(root, file)

/** @typedef {{ name: string, command: string, output: string, sources: string[], args: string[] }} Build */
/** @type {{ server: Build, h5: Build }} */
export const builds = {
  server: {
    name: 'server',
    command: 'npm run build:server',
    output: 'dist/server/main.js',
    sources: ['server', 'protocol', 'package.json', 'scripts/build-server.mjs'],
    args: [at('scripts/build-server.mjs')],
  },
  h5: {
    name: 'H5 client',
    command: 'npm run build:h5',
    output: 'dist/build/h5/index.html',
    sources: [
      'src',
      'protocol',
      'pages.json',
      'manifest.json',
      'index.html',
      'vite.config.ts',
      'scripts/vite-plugins.ts',
      'scripts/compress.ts',
      'package.json',
    ],
    args: [at('scripts/uni.mjs'), 'build'],
  },
}

/** @param {Build} build */
export const isBuilt = ({ output }) => existsSync(at(output))

/** Is it missing, or older than its sources? @param {Build} build */
export const isOld = ({ output, sources }) => isStale(at(output), sources.map(at))

/**
 * Builds one after the other and says how long each took. Ends the process when one fails, with what it printed.
 * @param {Build[]} list
 */
export async function buildAll(list) {
  for (const [n, { name, command, args, output }] of list.entries()) {
    process.stdout.write(`[${n + 1}/${list.length}] Building the ${name} … `)
    const start = Date.now()
    const done = await runNode(args, { output: 'quiet' })
    if (done.code === 0 && existsSync(at(output))) {
      console.log(`${path.dirname(output)} (${timeText(Date.now() - start)})`)
      continue
    }
    console.log('failed')
    console.error(`${done.output.trim()}\n\nThe ${name} was not built. To see it alone: ${command}`)
    process.exit(1)
  }
}
