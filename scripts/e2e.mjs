// Two phones in a real browser against the real server. Arguments go to vitest: npm run test:e2e -- two-phones
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { buildAll, builds, isOld } from './builds.mjs'
import { countedLine } from './counts.mjs'
import { runVitest } from './vitest.mjs'

const install = 'apt-get install -y chromium fonts-noto-cjk fonts-noto-color-emoji'
const browsers = [
  process.env.CHROMIUM,
  '/usr/lib/chromium/chromium',
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
]

function stop(why) {
  console.error(why)
  console.log(countedLine({ passed: 0, failed: 1 }))
  process.exit(1)
}

/** Without fonts for Han characters and emoji the screenshots show boxes. Where fc-list is not, the system brings fonts. */
function checkFonts() {
  if (process.platform !== 'linux') return
  const fonts = (pattern) => {
    try {
      return execFileSync('fc-list', [pattern, 'family'], { encoding: 'utf8' }).trim()
    } catch {
      return ''
    }
  }
  if (!fonts(':lang=zh-cn')) stop(`No font for Chinese: ${install}`)
  if (!/emoji/i.test(fonts(':'))) stop(`No font for emoji: ${install}`)
}

const chromium = browsers.find((file) => file && existsSync(file))
if (!chromium) stop(`No Chromium: ${install}\nor set CHROMIUM to the path of one.`)
checkFonts()

const old = [builds.server, builds.h5].filter(isOld)
if (old.length > 0) await buildAll(old)
process.env.CHROMIUM = chromium
const counts = await runVitest(['run', '--config', 'vitest.e2e.config.ts', ...process.argv.slice(2)])
console.log(`Screenshots: ${path.join('tests', 'e2e', 'shots')}`)
console.log(countedLine(counts))
process.exitCode = counts.failed > 0 ? 1 : 0
