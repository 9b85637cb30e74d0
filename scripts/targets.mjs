// Builds the three outputs when they are older than their sources, reads them, and runs the mini-program and the app in
// Node against the real server. Arguments go to vitest: npm run test:targets -- journey
import path from 'node:path'
import { countedLine } from './counts.mjs'
import { root, runNode, timeText } from './run.mjs'
import { isStale } from './stale.mjs'
import { runVitest } from './vitest.mjs'

const at = (file) => path.join(root, file)
const sources = [
  'src',
  'protocol',
  'pages.json',
  'manifest.json',
  'index.html',
  'vite.config.ts',
  'package.json',
]
const builds = [
  { platform: 'h5', args: [], output: 'dist/build/h5/index.html' },
  { platform: 'mp-weixin', args: ['-p', 'mp-weixin'], output: 'dist/build/mp-weixin/app.js' },
  { platform: 'app', args: ['-p', 'app'], output: 'dist/build/app/app-service.js' },
]

/** True when it was built. */
async function build({ platform, args }) {
  const start = Date.now()
  process.stdout.write(`Building ${platform} … `)
  const { code, output } = await runNode([at('scripts/uni.mjs'), 'build', ...args], { output: 'quiet' })
  console.log(code === 0 ? timeText(Date.now() - start) : `failed\n${output}`)
  return code === 0
}

async function buildAll() {
  for (const target of builds) {
    if (!isStale(at(target.output), sources.map(at))) console.log(`${target.platform} is up to date.`)
    else if (!(await build(target))) return false
  }
  return true
}

const counts = (await buildAll())
  ? await runVitest(['run', '--config', 'vitest.targets.config.ts', ...process.argv.slice(2)])
  : { passed: 0, failed: 1 }
console.log(countedLine(counts))
process.exitCode = counts.failed > 0 ? 1 : 0
