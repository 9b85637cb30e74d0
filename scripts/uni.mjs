// Runs the uni-app CLI. It wants pages.json and manifest.json in src/; they live at the top, so copies are kept there.
// usage: node scripts/uni.mjs [build] [-p mp-weixin|app] …   (no -p: H5)
import { copyFileSync, existsSync, readFileSync, watch } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
const names = ['pages.json', 'manifest.json']
const settleMs = 80

function copyChanged() {
  for (const name of names) {
    const from = path.join(root, name)
    const to = path.join(root, 'src', name)
    if (!existsSync(to) || !readFileSync(from).equals(readFileSync(to))) copyFileSync(from, to)
  }
}

/** Editors write a file in several steps: copies when it has been quiet for a moment. */
function copyOnChange() {
  let timer
  const watcher = watch(root, (_event, name) => {
    if (!names.includes(String(name))) return
    clearTimeout(timer)
    timer = setTimeout(copyChanged, settleMs)
  })
  watcher.unref()
}

const isH5 = !process.argv.includes('-p')
if (!isH5 && !process.env.VITE_SERVER_URL)
  console.log('VITE_SERVER_URL is not set: this build looks for its server at http://127.0.0.1:8080.')
copyChanged()
if (process.argv[2] !== 'build' || process.argv.includes('--watch')) copyOnChange()
process.chdir(root)
process.env.UNI_INPUT_DIR = path.join(root, 'src')
createRequire(import.meta.url)('@dcloudio/vite-plugin-uni/bin/uni.js')
